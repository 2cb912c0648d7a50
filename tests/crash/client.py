"""An identity provider: it looks for what it wants to change, and sends again what it has no answer to."""

from typing import Any

from flask.testing import FlaskClient

from tests.bridge import GROUP, PATCH, USER


class UnexpectedAnswer(Exception):
    """Not one of those a repeated request may get."""


class Client:
    """Each method may be repeated after it was cut off anywhere, and ends in what was wanted the first time."""

    def __init__(self, http: FlaskClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────

    def create_user(self, user_name: str, name: str, *, active: bool = True) -> None:
        """Who is there already is changed to what was wanted (as Entra and Okta do)."""
        body = {"schemas": [USER], "userName": user_name, "displayName": name, "active": active}
        if self.send("POST", "/Users", body, 201, 409)[0] == 409:
            self.patch_user(user_name, displayName=name, active=active)

    def try_to_create_user(self, user_name: str, name: str) -> None:
        """The target will not have this one."""
        body = {"schemas": [USER], "userName": user_name, "displayName": name, "active": True}
        self.send("POST", "/Users", body, 400, 409)

    def patch_user(self, user_name: str, **values: Any) -> None:
        operations = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
        self.send("PATCH", self.user(user_name), {"schemas": [PATCH], "Operations": operations}, 200, 204)

    def readdress_user(self, user_name: str, to: str) -> None:
        if self.find("Users", "userName", user_name):
            self.patch_user(user_name, userName=to)

    def put_user(self, user_name: str, name: str, *, active: bool) -> None:
        body = {"schemas": [USER], "userName": user_name, "displayName": name, "active": active}
        self.send("PUT", self.user(user_name), body, 200)

    def delete_user(self, user_name: str) -> None:
        if path := self.find("Users", "userName", user_name):
            self.send("DELETE", path, None, 204, 404)

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    def create_group(self, name: str, *members: str) -> None:
        body = {"schemas": [GROUP], "displayName": name, "members": self._members(members)}
        if self.send("POST", "/Groups", body, 201, 409)[0] == 409:
            self.put_group(name, name, *members)

    def rename_group(self, name: str, to: str) -> None:
        if path := self.find("Groups", "displayName", name):
            operation = {"op": "replace", "path": "displayName", "value": to}
            self.send("PATCH", path, {"schemas": [PATCH], "Operations": [operation]}, 200, 204)

    def try_to_rename_group(self, name: str, to: str) -> None:
        """The target will not have it. A wish that stayed there when nobody could take it back is one already."""
        if path := self.find("Groups", "displayName", name):
            operation = {"op": "replace", "path": "displayName", "value": to}
            self.send("PATCH", path, {"schemas": [PATCH], "Operations": [operation]}, 400, 409)

    def put_group(self, name: str, to: str, *members: str) -> None:
        path = self.find("Groups", "displayName", name) or self.find("Groups", "displayName", to)
        self.send("PUT", path, {"schemas": [GROUP], "displayName": to, "members": self._members(members)}, 200)

    def delete_group(self, name: str) -> None:
        if path := self.find("Groups", "displayName", name):
            self.send("DELETE", path, None, 204, 404)

    def add_members(self, name: str, *members: str) -> None:
        self._change_members(name, {"op": "add", "path": "members", "value": self._members(members)})

    def remove_members(self, name: str, *members: str) -> None:
        paths = [f'members[value eq "{each["value"]}"]' for each in self._members(members)]
        self._change_members(name, *({"op": "remove", "path": path} for path in paths))

    # ── looking ───────────────────────────────────────────────────────────────────────────────────────────

    def users(self) -> list[tuple[str, str, bool]]:
        found = self.send("GET", "/Users", None, 200)[1]["Resources"]
        return [(user["userName"], user["displayName"], user["active"]) for user in found]

    def groups(self) -> list[tuple[str, tuple[str, ...]]]:
        names = {user["id"]: user["userName"] for user in self.send("GET", "/Users", None, 200)[1]["Resources"]}
        return [
            (group["displayName"], tuple(sorted(names[member["value"]] for member in group.get("members", ()))))
            for group in self.send("GET", "/Groups", None, 200)[1]["Resources"]
        ]

    def user(self, user_name: str) -> str:
        path = self.find("Users", "userName", user_name)
        if path is None:
            raise UnexpectedAnswer(f"SCIM does not show {user_name}.")
        return path

    def find(self, kind: str, attribute: str, value: str) -> str | None:
        answer = self.send("GET", f'/{kind}?filter={attribute} eq "{value}"', None, 200)[1]
        ids = [each["id"] for each in answer["Resources"]]
        if len(ids) > 1:
            raise UnexpectedAnswer(f"SCIM shows {len(ids)} with the {attribute} {value}.")
        return f"/{kind}/{ids[0]}" if ids else None

    def send(self, method: str, path: str | None, body: Any, *statuses: int) -> tuple[int, Any]:
        answer = self._http.open(path, method=method, json=body, headers=self._headers)
        if answer.status_code not in statuses:
            raise UnexpectedAnswer(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.status_code, answer.get_json(force=True) if answer.data else None

    def _members(self, user_names: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"value": self.user(user_name).rpartition("/")[2]} for user_name in user_names]

    def _change_members(self, name: str, *operations: Any) -> None:
        path = self.find("Groups", "displayName", name)
        self.send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, 200, 204)
