"""How fast the bridge is: one fixed workload against a bridge of its own, over HTTP, each effect read back.

    make bench [N=1000]                                a table, and bench-<commit>.json to compare with
    python -m tests.bench 300 --only floor growth      some sections
    python -m tests.bench --store firestore            on the emulator: correctness and growth

The bridge records and does not wait for its target (SETTLE_WAIT_SECONDS=0), so the figures are its own. They are shown,
not tested: only a wrong answer makes the exit status 1. `floor.py` is the least that answers the same requests from the
same store; ratios to it hold on any machine.
"""
