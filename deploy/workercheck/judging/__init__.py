"""What breaks the contract. Pure: from what was seen to troubles, each with what to do about it."""
