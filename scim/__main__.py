"""`python -m scim`: the commands of an operator."""

from scim.cli.app import main

main()
