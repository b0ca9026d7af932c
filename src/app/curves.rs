//! Loss, accuracy and learning rate against time, earlier runs behind them.
