"""How fast the bridge is: one fixed workload against a bridge of its own, over HTTP, each effect read back.

    make bench [N=1000]        a table, and bench-<commit>.json for comparison

The bridge records (SQLite, one fsync a write) and does not wait for the target (SETTLE_WAIT_SECONDS=0), so that the
figures are the bridge's own. Set SETTLE_WAIT_SECONDS to measure with the embedded target.
"""
