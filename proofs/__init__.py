"""The trusted room: what functions, domains and statements are, and when evidence proves a claim. Standard library only."""
