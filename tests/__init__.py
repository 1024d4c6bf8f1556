"""Tests by kind: unit, property, contract, fault, attack, process, browser, migration, docs."""
