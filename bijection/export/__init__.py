"""Verdicts and experiments as something to cite: tables and figures. May import all of bijection but the command line."""
