"""History: questions, answers and export."""
