"""Speed and accuracy of the auditor, side by side with what a sensible person writes first."""
