//! The comparisons of the article, as settings.
