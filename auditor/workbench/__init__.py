"""What authors of rules work with: skeletons, schemas for editors, the rule book, and what a changed pack would have found."""
