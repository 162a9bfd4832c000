"""Intake: applicants, materials, receipts, case codes. It says what was asked for."""
