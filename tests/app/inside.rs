//! Test images, answers and feature maps.
