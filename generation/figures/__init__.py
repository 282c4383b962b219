"""Figures of examinations, defined once: a page shows them, a notebook shows or keeps them.

Plain Python without Django and PyTorch, like the catalogue; siblings import none of one another.
"""
