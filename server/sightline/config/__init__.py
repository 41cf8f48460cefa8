"""The only reader of settings. It hands each room a small frozen policy.

Keys, endpoints and commands come from user scope only (user file, environment, editor's secret store); a workspace
file can narrow, never redirect.
"""
