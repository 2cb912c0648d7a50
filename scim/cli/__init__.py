"""What a person types: `python -m scim …`. Nothing here is loaded in the cloud."""
