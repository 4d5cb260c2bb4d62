"""The demo: the whole main job on the bench, told in one table."""
