"""ONNX models; the table of operators is in `operators.py`."""
