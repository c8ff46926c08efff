"""The stream's own tickets, run again through queues of people, hours and gates."""
