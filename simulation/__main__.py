"""Runs `python -m simulation`."""

from simulation.command import main

if __name__ == "__main__":
    main(prog_name="python -m simulation")
