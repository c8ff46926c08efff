"""Sources: raw documents from live servers, repositories and files, and the archive that holds them."""
