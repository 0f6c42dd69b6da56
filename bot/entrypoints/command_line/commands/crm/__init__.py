"""`overture crm`: what CRMs have of people, beside what we have."""
