"""A stand-in for Terraform's google provider: it knows the schema, remembers nothing and calls nobody, so that the
real `terraform validate`, `plan`, `test`, `apply` and `destroy` run without a registry, a network and a cloud.

    python -m tests.infra.stand_in_provider -- terraform validate
    python -m tests.infra.stand_in_provider --serve      prints the environment to use, as JSON, until its input ends

What a provider would compute is `told-<attribute>`, or what schema/additions.json says. Terraform finds it by
TF_REATTACH_PROVIDERS, which needs no installation, no lock file and no configuration of the machine.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

from tests.infra.messages import message, message_class
from tests.infra.stand_in_schema import Json, schema_message, schemas
from tests.infra.stand_in_values import blank, completed, mistakes, packed, replaced_for, unpacked

PROVIDER = "hashicorp/google"
ERROR = 1
OF_PROVIDER = ("project", "region")
"""What a resource takes from the provider's configuration if it names none itself."""


class Provider:
    def __init__(self, known: Json) -> None:
        self._known = known
        self._resources: Json = known["resources"]
        self._defaults: dict[str, Any] = {}

    def methods(self) -> dict[str, tuple[str, Callable[[Any], Any]]]:
        """By the name of the call: the name of its request, and what answers it."""
        return {
            "GetProviderSchema": ("Empty", self.schemas),
            "ValidateProviderConfig": ("ProviderConfig", lambda _: message("ProviderChecked")),
            "ConfigureProvider": ("Configure", self.configure),
            "ValidateResourceConfig": ("Config", self.validate),
            "ValidateDataResourceConfig": ("Config", lambda _: message("Diagnosed")),
            "UpgradeResourceState": ("Upgrade", self.upgrade),
            "ReadResource": ("Read", lambda read: message("WasRead", new_state=read.current_state)),
            "PlanResourceChange": ("Plan", self.plan),
            "ApplyResourceChange": ("Apply", self.apply),
            "ImportResourceState": ("Import", self.imported),
            "ReadDataSource": ("ReadData", self.read_data),
            "StopProvider": ("Empty", lambda _: message("Stopped")),
        }

    def schemas(self, _: Any) -> Any:
        answer = message("Schemas", provider=schema_message(self._known.get("provider", {})))
        for name, attributes in self._resources.items():
            answer.resource_schemas[name].CopyFrom(schema_message(attributes))
        for name, attributes in self._known.get("data", {}).items():
            answer.data_source_schemas[name].CopyFrom(schema_message(attributes))
        return answer

    def configure(self, asked: Any) -> Any:
        config = unpacked(asked.config) or {}
        self._defaults = {name: config[name] for name in OF_PROVIDER if config.get(name) is not None}
        return message("Diagnosed")

    def validate(self, asked: Any) -> Any:
        found = mistakes(unpacked(asked.config), self._resources[asked.type_name])
        told = [message("Diagnostic", severity=ERROR, summary=f"{asked.type_name}: {each}") for each in found]
        return message("Diagnosed", diagnostics=told)

    def upgrade(self, asked: Any) -> Any:
        return message("Upgraded", upgraded_state=message("DynamicValue", json=asked.raw_state.json))

    def plan(self, asked: Any) -> Any:
        attributes = self._resources[asked.type_name]
        prior = unpacked(asked.prior_state)
        proposed = unpacked(asked.proposed_new_state)
        planned = completed(proposed, attributes, self._defaults, "update" if prior else "create")
        return message(
            "Planned",
            planned_state=packed(planned),
            requires_replace=[
                message("AttributePath", steps=[message("Step", attribute_name=name)])
                for name in replaced_for(prior, planned, attributes)
            ],
            legacy_type_system=True,
        )

    def apply(self, asked: Any) -> Any:
        attributes = self._resources[asked.type_name]
        made = completed(unpacked(asked.planned_state), attributes, self._defaults, "apply")
        return message("Applied", new_state=packed(made), legacy_type_system=True)

    def imported(self, asked: Any) -> Any:
        state = packed(blank(self._resources[asked.type_name], asked.id, self._defaults))
        return message(
            "Imported", imported_resources=[message("ImportedResource", type_name=asked.type_name, state=state)]
        )

    def read_data(self, asked: Any) -> Any:
        attributes = self._known["data"][asked.type_name]
        return message("Data", state=packed(completed(unpacked(asked.config), attributes, self._defaults, "apply")))


@contextmanager
def serving(known: Json) -> Iterator[Mapping[str, str]]:
    """The environment in which `terraform` uses this process as its provider. One command at a time."""
    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.max_send_message_length", -1)])
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            lambda request, _, answer=answer: answer(request),
            request_deserializer=message_class(asked).FromString,
            response_serializer=lambda answered: answered.SerializeToString(),
        )
        for name, (asked, answer) in Provider(known).methods().items()
    }
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("tfplugin6.Provider", handlers)])
    with tempfile.TemporaryDirectory() as directory:
        address = f"{directory}/provider.sock"
        server.add_insecure_port(f"unix://{address}")
        server.start()
        attached = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "unix", "String": address},
        }
        try:
            yield {"TF_REATTACH_PROVIDERS": json.dumps({PROVIDER: attached}), "CHECKPOINT_DISABLE": "1"}
        finally:
            server.stop(None).wait()


def main(arguments: list[str]) -> int:
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options, command = arguments[:split], arguments[split + 1 :]
    with serving(schemas()) as environment:
        if "--serve" in options:
            print(json.dumps(environment), flush=True)
            sys.stdin.read()
            return 0
        return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
