"""Wanted and actual agree, except in what is owed; and what is still owed after hours of ticks has a reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from scim.jobs.groups import mark
from scim.records import Membership, Record
from tests.stateful.accounts import ACCEPTED, Team, View
from tests.stateful.known import Known
from tests.stateful.wishes import Wanted

Edges = Mapping[tuple[str, str], Membership]


@dataclass
class Agreement:
    known: Known

    # ── at any time ───────────────────────────────────────────────────────────────────────────────────────

    def what_is_settled_is_there(self, wanted: Wanted) -> None:
        view, owed = self.known.rig.account.view(), self.known.owed_edges()
        users = {record.id: record for record in self.known.records("User")}
        groups = {record.id: record for record in self.known.records("Group")}
        for record in users.values():
            if not record.link.unsettled:
                self._user_is_there(record, wanted, view)
        for record in groups.values():
            if not record.link.unsettled:
                self._group_is_there(record, wanted, view)
        for group_id, group in wanted.groups.items():
            for user_id in group.members:
                if (group_id, user_id) not in owed:
                    self._edge_is_there(groups[group_id], users[user_id], view)
        self._nobody_else_is_in(wanted, view, owed)
        self._all_is_counted(users, groups, owed)

    def _user_is_there(self, record: Record, wanted: Wanted, view: View) -> None:
        user, link = wanted.users.get(record.id), record.link
        person = view.people.get(link.target_id or "")
        if person is None:
            if user and user.active and user.address:
                assert link.target_id, f"nobody was invited for {user}"
                assert ("gone", link.target_id) in self.known.marks, f"{user} is linked to nobody"
            return
        if user is None:
            others = [other for other in self.known.linked_to(person.id) if other.wanted or other.link.unsettled]
            assert others or person.suspended or ("state", person.id) in self.known.marks, (
                f"deleted, not suspended: {person}"
            )
            return
        others = [other for other in self.known.linked_to(person.id) if other.wanted and other.id != record.id]
        assert not others, f"two users are one person: {record} and {others}"
        assert person.suspended is not user.active or ("state", person.id) in self.known.marks, f"{user} is {person}"
        assert person.name == user.called or ("name", person.id) in self.known.marks, f"{user} is {person}"
        same = (user.address or "").lower() == person.email.lower()
        assert same or link.waiting or ("email", person.id) in self.known.marks, f"{user} is {person}"

    def _group_is_there(self, record: Record, wanted: Wanted, view: View) -> None:
        group, target_id = wanted.groups.get(record.id), record.link.target_id or ""
        marked = [each for each in view.groups.values() if each.description == mark(record)]
        assert len(marked) <= 1, f"made twice: {marked}"
        if group is None:
            assert not marked or ("left", record.id) in self.known.marks, f"not deleted: {marked}"
            return
        if target_id not in view.groups:
            assert ("group gone", target_id) in self.known.marks, f"{group} is nowhere"
            return
        assert view.groups[target_id].name == group.name or ("group name", target_id) in self.known.marks

    def _edge_is_there(self, group: Record, user: Record, view: View) -> None:
        group_id, person_id = group.link.target_id or "", user.link.target_id or ""
        if group_id not in view.groups or person_id not in view.people:
            assert {("group gone", group_id), ("gone", person_id)} & self.known.marks, (
                f"{user} in {group}: settled nowhere"
            )
            return
        there = person_id in view.groups[group_id].roles
        assert there or ("edge", group_id, person_id) in self.known.marks, f"{user} is not in {view.groups[group_id]}"

    def _nobody_else_is_in(self, wanted: Wanted, view: View, owed: Edges) -> None:
        for team in view.groups.values():
            group = self.known.marked(team)
            for person_id in team.roles if group else ():
                edges = {(group.id, user.id) for user in self.known.linked_to(person_id)} if group else set()
                asked = any(user in wanted.groups[id].members for id, user in edges if id in wanted.groups)
                left = asked or edges & owed.keys() or self._is_left(group, team, person_id, wanted)
                assert left, f"nobody asked for {view.people[person_id]} in {team}"

    def _is_left(self, group: Record | None, team: Team, person_id: str, wanted: Wanted) -> bool:
        """To whoever did it by hand, or to a group that is going or has to stay."""
        if team.roles[person_id] == "MANAGER" or person_id in self.known.beyond:
            return True
        if ("edge", team.id, person_id) in self.known.marks or group is None:
            return True
        return group.id not in wanted.groups and (group.link.unsettled or ("left", group.id) in self.known.marks)

    def _all_is_counted(self, users: Mapping[str, Record], groups: Mapping[str, Record], owed: Edges) -> None:
        backlog = self.known.rig.store.backlog()
        owing = [[record for record in records.values() if record.link.unsettled] for records in (users, groups)]
        held = sum(record.link.held_at is not None for records in owing for record in records)
        held += sum(edge.held_at is not None for edge in owed.values())
        assert (backlog.users, backlog.groups) == tuple(len(records) for records in owing)
        assert (backlog.memberships, backlog.held) == (len(owed), held)

    # ── after some hours of ticks ─────────────────────────────────────────────────────────────────────────

    def what_is_owed_has_a_reason(self, wanted: Wanted) -> None:
        """Held for a person, refused for what can be seen, or waiting for who or what is not there."""
        view, users = self.known.rig.account.view(), {record.id: record for record in self.known.records("User")}
        groups = {record.id: record for record in self.known.records("Group")}
        for record in users.values():
            if record.link.unsettled and record.link.held_at is None:
                assert self._user_is_refused(record, wanted, view), f"not settled: {record}"
        for record in groups.values():
            if record.link.unsettled and record.link.held_at is None:
                assert self.known.has_foreign_name(record.document["displayName"], view), f"not settled: {record}"
        for (group_id, user_id), edge in self.known.owed_edges().items():
            if edge.held_at is None:
                assert self._edge_waits(groups[group_id], users[user_id], edge), f"not settled: {edge}"
        self._nobody_waits_to_be_confirmed(wanted, view)

    def _nobody_waits_to_be_confirmed(self, wanted: Wanted, view: View) -> None:
        for record in self.known.records("User"):
            person, user = view.people.get(record.link.target_id or ""), wanted.users.get(record.id)
            if person and user and user.active:
                assert person.state != ACCEPTED, f"accepted, and not confirmed: {person}"

    def _user_is_refused(self, record: Record, wanted: Wanted, view: View) -> bool:
        user = wanted.users.get(record.id)
        address = user.address if user else None
        return self.known.is_refused(record.id, record.link.target_id, address, view)

    def _edge_waits(self, group: Record, user: Record, edge: Membership) -> bool:
        if not group.wanted:
            return group.link.unsettled
        beyond = user.link.target_id in self.known.beyond
        nowhere = user.link.target_id is None or group.link.target_id is None
        return beyond or nowhere or (not edge.wanted and not user.wanted and user.link.unsettled)
