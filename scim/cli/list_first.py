"""A group of commands that lists when no other is named: `people barbara` is `people list barbara`."""

from typer import Context
from typer.core import TyperGroup


class ListFirst(TyperGroup):
    """Whoever looks for somebody called like a command says `list` before it."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override]
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        completes = ctx.resilient_parsing and not args  # a shell asks which commands there are
        return super().parse_args(ctx, args if named or completes else ["list", *args])
