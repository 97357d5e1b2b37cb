"""What is it, whose is it, and may it be obeyed? Kind, ticket, contract, standing."""
