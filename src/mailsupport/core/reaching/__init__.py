"""Who hears of it, and when? The chain, who stands behind a role, digests, and how often is tried."""
