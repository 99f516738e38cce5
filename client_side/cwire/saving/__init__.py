"""Saves frames into files of other tools: HDF5, Parquet, CSV, netCDF, MATLAB, numpy.

May import: data, view, errors.
"""
