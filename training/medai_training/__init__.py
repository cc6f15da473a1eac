"""Trains, evaluates and exports the models that MedAI.Streaming ships with."""
