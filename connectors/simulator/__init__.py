"""The demo estate: a seeded world of invented schools, served on loopback as a MIS aggregator would.

``world.build_world`` makes it, ``server.Simulator`` serves it, ``control.Control`` plays the schools.
"""
