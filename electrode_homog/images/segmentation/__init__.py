"""From grey values to labels: denoising, thresholds and their uncertainty, marker watershed, small islands."""

from electrode_homog.images.segmentation.denoising import Denoising, Median, NonLocalMeans, denoised, noise_level
from electrode_homog.images.segmentation.islands import BorderIslands, Cleaned, LabelShare, Relabelling, without_islands
from electrode_homog.images.segmentation.segmentation import (
    Assignment,
    ByThreshold,
    FractionIntervals,
    MarkerWatershed,
    Segmentation,
    SegmentationRecord,
    segmented,
    sure_ranges,
)
from electrode_homog.images.segmentation.thresholds import Thresholds, explicit_thresholds, multi_otsu_thresholds

__all__ = [
    "Assignment",
    "BorderIslands",
    "ByThreshold",
    "Cleaned",
    "Denoising",
    "FractionIntervals",
    "LabelShare",
    "MarkerWatershed",
    "Median",
    "NonLocalMeans",
    "Relabelling",
    "Segmentation",
    "SegmentationRecord",
    "Thresholds",
    "denoised",
    "explicit_thresholds",
    "multi_otsu_thresholds",
    "noise_level",
    "segmented",
    "sure_ranges",
    "without_islands",
]
