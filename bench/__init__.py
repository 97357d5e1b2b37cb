"""What is fast, beside its limit, in one run: `make bench`. Figures are ratios; machines differ, and so do hours."""
