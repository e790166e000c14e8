"""Who acted is found by the names that events and notices give them."""

from __future__ import annotations

from sqlalchemy import text

from storage import who
from storage.store import Store
from tests.storage.filled import fill


def test_people_are_found_by_the_names_of_actors(store: Store) -> None:
    fill(store)
    ivan, anna = store.read(
        lambda tx: (
            tx.run(text("SELECT min(id) FROM contact")).scalar_one(),
            tx.run(text("SELECT id FROM specialist")).scalar_one(),
        )
    )
    names = [f"contact:{ivan}", f"specialist:{anna}", "contact:999", "system", None]
    found = store.read(lambda tx: who.actors(tx, names))
    assert {name: person.name for name, person in found.items()} == {
        f"contact:{ivan}": "Иван Петров",
        f"specialist:{anna}": "Anna",
    }
