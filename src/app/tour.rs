//! The nine points of the article, one page each.
