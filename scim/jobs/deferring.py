"""How a request asks for no settling at all; apart, so that who defers does not load what settles."""

from scim.records import Deferred, Outcome, Ref


class DeferringSettler:
    """Leaves everything to the next tick."""

    def settle(self, ref: Ref, wait: float) -> Outcome:  # noqa: ARG002 - the port's signature
        return Deferred()
