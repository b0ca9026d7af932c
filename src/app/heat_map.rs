//! Every channel of every layer: a row a layer, a cell a channel.
