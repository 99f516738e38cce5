/* Made by `cwire wrap messages.h`: do not edit. */
/* clang-format off */
#ifndef MESSAGES_SCHEMA_H
#define MESSAGES_SCHEMA_H

#include "cwire.h"

/* C++ has no flexible array members; its compilers have, but -Wpedantic complains. */
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include "messages.h"
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "this schema is little-endian, this compiler's target is not: wrap again with its CC"
#endif
/* An error in one of these lines: this compiler, with these flags, lays the struct out otherwise
 * than the one that `cwire wrap` asked, or sees another header (-D). Wrap again with CC set to this
 * compiler and its flags. */
#ifndef CWIRE_ASSERT
#if defined(__GNUC__)
#define CWIRE_OFFSETOF(type, member) __builtin_offsetof(type, member)
#else
#include <stddef.h>
#define CWIRE_OFFSETOF(type, member) offsetof(type, member)
#endif
#if defined(__cplusplus)
#define CWIRE_ASSERT(condition, name) static_assert(condition, #name)
#else
#define CWIRE_ASSERT(condition, name) typedef char cwire_assert_##name[(condition) ? 1 : -1]
#endif
#endif

CWIRE_ASSERT(SCOPE_BLOCK == 1, messages_SCOPE_BLOCK_id);
CWIRE_ASSERT(CAMERA_TILE == 2, messages_CAMERA_TILE_id);
CWIRE_ASSERT(DRIVER_STATUS == 3, messages_DRIVER_STATUS_id);
CWIRE_ASSERT(WAVEFORM == 4, messages_WAVEFORM_id);
CWIRE_ASSERT(SELF_TEST_RESULT == 5, messages_SELF_TEST_RESULT_id);
CWIRE_ASSERT(ACQUISITION == 6, messages_ACQUISITION_id);
CWIRE_ASSERT(IMAGE_TILE == 7, messages_IMAGE_TILE_id);
CWIRE_ASSERT(IMAGE == 8, messages_IMAGE_id);
CWIRE_ASSERT(SET_WAVEFORM == 16, messages_SET_WAVEFORM_id);
CWIRE_ASSERT(GET_STATUS == 17, messages_GET_STATUS_id);
CWIRE_ASSERT(START == 18, messages_START_id);
CWIRE_ASSERT(STOP == 19, messages_STOP_id);
CWIRE_ASSERT(SELF_TEST == 20, messages_SELF_TEST_id);
CWIRE_ASSERT(SET_ACQUISITION == 21, messages_SET_ACQUISITION_id);
CWIRE_ASSERT(ECHO == 22, messages_ECHO_id);
CWIRE_ASSERT(WANT_TILES == 23, messages_WANT_TILES_id);
CWIRE_ASSERT(UINT8 == 0, messages_UINT8_value);
CWIRE_ASSERT(UINT16 == 1, messages_UINT16_value);
CWIRE_ASSERT(INT16 == 2, messages_INT16_value);
CWIRE_ASSERT(INT32 == 3, messages_INT32_value);
CWIRE_ASSERT(FLOAT16 == 4, messages_FLOAT16_value);
CWIRE_ASSERT(FLOAT32 == 5, messages_FLOAT32_value);
CWIRE_ASSERT(FLOAT64 == 6, messages_FLOAT64_value);
CWIRE_ASSERT(FREE_RUN == 0, messages_FREE_RUN_value);
CWIRE_ASSERT(RISING_EDGE == 1, messages_RISING_EDGE_value);
CWIRE_ASSERT(FALLING_EDGE == 2, messages_FALLING_EDGE_value);
CWIRE_ASSERT(SINE == 0, messages_SINE_value);
CWIRE_ASSERT(SQUARE == 1, messages_SQUARE_value);
CWIRE_ASSERT(TRIANGLE == 2, messages_TRIANGLE_value);
CWIRE_ASSERT(NOISE == 3, messages_NOISE_value);
CWIRE_ASSERT(sizeof(struct scope_block) == 4120, messages_scope_block_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct scope_block, first_sample) == 0,
             messages_scope_block_first_sample_offset);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->first_sample) == 8,
             messages_scope_block_first_sample_size);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->first_sample + 0.0f) == sizeof(0.0f),
             messages_scope_block_first_sample_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct scope_block, dt) == 8, messages_scope_block_dt_offset);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->dt) == 8, messages_scope_block_dt_size);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->dt + 0.0f) == 8, messages_scope_block_dt_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct scope_block, channel) == 16,
             messages_scope_block_channel_offset);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->channel) == 4, messages_scope_block_channel_size);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->channel + 0LL) == sizeof(0LL),
             messages_scope_block_channel_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct scope_block, trigger) == 20,
             messages_scope_block_trigger_offset);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->trigger) == 4, messages_scope_block_trigger_size);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->trigger + 0LL) == sizeof(0LL),
             messages_scope_block_trigger_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct scope_block, samples) == 24,
             messages_scope_block_samples_offset);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->samples) == 4096, messages_scope_block_samples_size);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->samples[0]) == 4,
             messages_scope_block_samples_element_size);
CWIRE_ASSERT(sizeof(((struct scope_block *)0)->samples[0] + 0LL) == 4,
             messages_scope_block_samples_kind);
CWIRE_ASSERT(sizeof(struct camera_tile) == 16, messages_camera_tile_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct camera_tile, image) == 0, messages_camera_tile_image_offset);
CWIRE_ASSERT(sizeof(((struct camera_tile *)0)->image) == 4, messages_camera_tile_image_size);
CWIRE_ASSERT(sizeof(((struct camera_tile *)0)->image + 0LL) == sizeof(0LL),
             messages_camera_tile_image_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct camera_tile, tile) == 4, messages_camera_tile_tile_offset);
CWIRE_ASSERT(sizeof(((struct camera_tile *)0)->tile) == 2, messages_camera_tile_tile_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct camera_tile, tiles) == 6, messages_camera_tile_tiles_offset);
CWIRE_ASSERT(sizeof(((struct camera_tile *)0)->tiles) == 2, messages_camera_tile_tiles_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct camera_tile, x) == 8, messages_camera_tile_x_offset);
CWIRE_ASSERT(sizeof(((struct camera_tile *)0)->x) == 2, messages_camera_tile_x_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct camera_tile, y) == 10, messages_camera_tile_y_offset);
CWIRE_ASSERT(sizeof(((struct camera_tile *)0)->y) == 2, messages_camera_tile_y_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct camera_tile, width) == 12, messages_camera_tile_width_offset);
CWIRE_ASSERT(sizeof(((struct camera_tile *)0)->width) == 2, messages_camera_tile_width_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct camera_tile, height) == 14, messages_camera_tile_height_offset);
CWIRE_ASSERT(sizeof(((struct camera_tile *)0)->height) == 2, messages_camera_tile_height_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct camera_tile, pixels) == 16, messages_camera_tile_pixels_offset);
CWIRE_ASSERT(sizeof(((struct camera_tile *)0)->pixels[0]) == 2, messages_camera_tile_pixels_size);
CWIRE_ASSERT(sizeof(struct acquisition) == 24, messages_acquisition_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct acquisition, sample_rate) == 0,
             messages_acquisition_sample_rate_offset);
CWIRE_ASSERT(sizeof(((struct acquisition *)0)->sample_rate) == 8,
             messages_acquisition_sample_rate_size);
CWIRE_ASSERT(sizeof(((struct acquisition *)0)->sample_rate + 0.0f) == 8,
             messages_acquisition_sample_rate_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct acquisition, level) == 8, messages_acquisition_level_offset);
CWIRE_ASSERT(sizeof(((struct acquisition *)0)->level) == 8, messages_acquisition_level_size);
CWIRE_ASSERT(sizeof(((struct acquisition *)0)->level + 0.0f) == 8, messages_acquisition_level_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct acquisition, trigger) == 16,
             messages_acquisition_trigger_offset);
CWIRE_ASSERT(sizeof(((struct acquisition *)0)->trigger) == 4, messages_acquisition_trigger_size);
CWIRE_ASSERT(sizeof(((struct acquisition *)0)->trigger + 0LL) == sizeof(0LL),
             messages_acquisition_trigger_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct acquisition, channel) == 20,
             messages_acquisition_channel_offset);
CWIRE_ASSERT(sizeof(((struct acquisition *)0)->channel) == 4, messages_acquisition_channel_size);
CWIRE_ASSERT(sizeof(((struct acquisition *)0)->channel + 0LL) == sizeof(0LL),
             messages_acquisition_channel_kind);
CWIRE_ASSERT(sizeof(struct waveform) == 32, messages_waveform_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct waveform, channel) == 0, messages_waveform_channel_offset);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->channel) == 4, messages_waveform_channel_size);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->channel + 0LL) == sizeof(0LL),
             messages_waveform_channel_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct waveform, shape) == 4, messages_waveform_shape_offset);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->shape) == 4, messages_waveform_shape_size);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->shape + 0LL) == sizeof(0LL),
             messages_waveform_shape_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct waveform, frequency) == 8, messages_waveform_frequency_offset);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->frequency) == 8, messages_waveform_frequency_size);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->frequency + 0.0f) == 8,
             messages_waveform_frequency_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct waveform, amplitude) == 16, messages_waveform_amplitude_offset);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->amplitude) == 8, messages_waveform_amplitude_size);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->amplitude + 0.0f) == 8,
             messages_waveform_amplitude_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct waveform, offset) == 24, messages_waveform_offset_offset);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->offset) == 8, messages_waveform_offset_size);
CWIRE_ASSERT(sizeof(((struct waveform *)0)->offset + 0.0f) == 8, messages_waveform_offset_kind);
CWIRE_ASSERT(sizeof(struct driver_status) == 160, messages_driver_status_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, running) == 0,
             messages_driver_status_running_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->running) == 1,
             messages_driver_status_running_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, cpu_load) == 1,
             messages_driver_status_cpu_load_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->cpu_load) == 1,
             messages_driver_status_cpu_load_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, peers) == 2, messages_driver_status_peers_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->peers) == 2, messages_driver_status_peers_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, temperature) == 4,
             messages_driver_status_temperature_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->temperature) == 4,
             messages_driver_status_temperature_size);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->temperature + 0LL) == 4,
             messages_driver_status_temperature_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, blocks) == 8,
             messages_driver_status_blocks_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->blocks) == 8, messages_driver_status_blocks_size);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->blocks + 0.0f) == sizeof(0.0f),
             messages_driver_status_blocks_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, commands) == 16,
             messages_driver_status_commands_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->commands) == 8,
             messages_driver_status_commands_size);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->commands + 0.0f) == sizeof(0.0f),
             messages_driver_status_commands_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, uptime) == 24,
             messages_driver_status_uptime_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->uptime) == 8, messages_driver_status_uptime_size);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->uptime + 0.0f) == 8,
             messages_driver_status_uptime_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, firmware) == 32,
             messages_driver_status_firmware_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->firmware) == 16,
             messages_driver_status_firmware_size);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->firmware[0]) == 1,
             messages_driver_status_firmware_element_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, calibration) == 48,
             messages_driver_status_calibration_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->calibration) == 24,
             messages_driver_status_calibration_size);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->calibration[0]) == 12,
             messages_driver_status_calibration_element_size);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->calibration[0][0]) == 4,
             messages_driver_status_calibration_element_size_);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->calibration[0][0] + 0LL) == 4,
             messages_driver_status_calibration_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, acquisition) == 72,
             messages_driver_status_acquisition_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->acquisition) == 24,
             messages_driver_status_acquisition_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct driver_status, channels) == 96,
             messages_driver_status_channels_offset);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->channels) == 64,
             messages_driver_status_channels_size);
CWIRE_ASSERT(sizeof(((struct driver_status *)0)->channels[0]) == 32,
             messages_driver_status_channels_element_size);
CWIRE_ASSERT(sizeof(struct self_test_result) == 64, messages_self_test_result_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct self_test_result, channel) == 0,
             messages_self_test_result_channel_offset);
CWIRE_ASSERT(sizeof(((struct self_test_result *)0)->channel) == 4,
             messages_self_test_result_channel_size);
CWIRE_ASSERT(sizeof(((struct self_test_result *)0)->channel + 0LL) == sizeof(0LL),
             messages_self_test_result_channel_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct self_test_result, peak) == 4,
             messages_self_test_result_peak_offset);
CWIRE_ASSERT(sizeof(((struct self_test_result *)0)->peak) == 4,
             messages_self_test_result_peak_size);
CWIRE_ASSERT(sizeof(((struct self_test_result *)0)->peak + 0LL) == 4,
             messages_self_test_result_peak_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct self_test_result, rms) == 8,
             messages_self_test_result_rms_offset);
CWIRE_ASSERT(sizeof(((struct self_test_result *)0)->rms) == 4, messages_self_test_result_rms_size);
CWIRE_ASSERT(sizeof(((struct self_test_result *)0)->rms + 0LL) == 4,
             messages_self_test_result_rms_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct self_test_result, verdict) == 12,
             messages_self_test_result_verdict_offset);
CWIRE_ASSERT(sizeof(((struct self_test_result *)0)->verdict) == 52,
             messages_self_test_result_verdict_size);
CWIRE_ASSERT(sizeof(((struct self_test_result *)0)->verdict[0]) == 1,
             messages_self_test_result_verdict_element_size);
CWIRE_ASSERT(sizeof(struct image_tile) == 24, messages_image_tile_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image_tile, picture) == 0, messages_image_tile_picture_offset);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->picture) == 4, messages_image_tile_picture_size);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->picture + 0LL) == sizeof(0LL),
             messages_image_tile_picture_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image_tile, level) == 4, messages_image_tile_level_offset);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->level) == 4, messages_image_tile_level_size);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->level + 0LL) == sizeof(0LL),
             messages_image_tile_level_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image_tile, x) == 8, messages_image_tile_x_offset);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->x) == 4, messages_image_tile_x_size);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->x + 0LL) == sizeof(0LL), messages_image_tile_x_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image_tile, y) == 12, messages_image_tile_y_offset);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->y) == 4, messages_image_tile_y_size);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->y + 0LL) == sizeof(0LL), messages_image_tile_y_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image_tile, width) == 16, messages_image_tile_width_offset);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->width) == 2, messages_image_tile_width_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image_tile, height) == 18, messages_image_tile_height_offset);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->height) == 2, messages_image_tile_height_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image_tile, format) == 20, messages_image_tile_format_offset);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->format) == 4, messages_image_tile_format_size);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->format + 0LL) == sizeof(0LL),
             messages_image_tile_format_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image_tile, pixels) == 24, messages_image_tile_pixels_offset);
CWIRE_ASSERT(sizeof(((struct image_tile *)0)->pixels[0]) == 1, messages_image_tile_pixels_size);
CWIRE_ASSERT(sizeof(struct image) == 24, messages_image_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image, width) == 0, messages_image_width_offset);
CWIRE_ASSERT(sizeof(((struct image *)0)->width) == 4, messages_image_width_size);
CWIRE_ASSERT(sizeof(((struct image *)0)->width + 0LL) == sizeof(0LL), messages_image_width_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image, height) == 4, messages_image_height_offset);
CWIRE_ASSERT(sizeof(((struct image *)0)->height) == 4, messages_image_height_size);
CWIRE_ASSERT(sizeof(((struct image *)0)->height + 0LL) == sizeof(0LL), messages_image_height_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image, tile_size) == 8, messages_image_tile_size_offset);
CWIRE_ASSERT(sizeof(((struct image *)0)->tile_size) == 4, messages_image_tile_size_size);
CWIRE_ASSERT(sizeof(((struct image *)0)->tile_size + 0LL) == sizeof(0LL),
             messages_image_tile_size_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image, tile_rows) == 12, messages_image_tile_rows_offset);
CWIRE_ASSERT(sizeof(((struct image *)0)->tile_rows) == 4, messages_image_tile_rows_size);
CWIRE_ASSERT(sizeof(((struct image *)0)->tile_rows + 0LL) == sizeof(0LL),
             messages_image_tile_rows_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image, levels) == 16, messages_image_levels_offset);
CWIRE_ASSERT(sizeof(((struct image *)0)->levels) == 4, messages_image_levels_size);
CWIRE_ASSERT(sizeof(((struct image *)0)->levels + 0LL) == sizeof(0LL), messages_image_levels_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct image, lease) == 20, messages_image_lease_offset);
CWIRE_ASSERT(sizeof(((struct image *)0)->lease) == 4, messages_image_lease_size);
CWIRE_ASSERT(sizeof(((struct image *)0)->lease + 0LL) == 4, messages_image_lease_kind);
CWIRE_ASSERT(sizeof(struct set_waveform) == 32, messages_set_waveform_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct set_waveform, channel) == 0,
             messages_set_waveform_channel_offset);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->channel) == 4, messages_set_waveform_channel_size);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->channel + 0LL) == sizeof(0LL),
             messages_set_waveform_channel_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct set_waveform, shape) == 4, messages_set_waveform_shape_offset);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->shape) == 4, messages_set_waveform_shape_size);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->shape + 0LL) == sizeof(0LL),
             messages_set_waveform_shape_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct set_waveform, frequency) == 8,
             messages_set_waveform_frequency_offset);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->frequency) == 8,
             messages_set_waveform_frequency_size);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->frequency + 0.0f) == 8,
             messages_set_waveform_frequency_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct set_waveform, amplitude) == 16,
             messages_set_waveform_amplitude_offset);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->amplitude) == 8,
             messages_set_waveform_amplitude_size);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->amplitude + 0.0f) == 8,
             messages_set_waveform_amplitude_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct set_waveform, offset) == 24,
             messages_set_waveform_offset_offset);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->offset) == 8, messages_set_waveform_offset_size);
CWIRE_ASSERT(sizeof(((struct set_waveform *)0)->offset + 0.0f) == 8,
             messages_set_waveform_offset_kind);
CWIRE_ASSERT(sizeof(struct get_status) == 1, messages_get_status_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct get_status, reset_counters) == 0,
             messages_get_status_reset_counters_offset);
CWIRE_ASSERT(sizeof(((struct get_status *)0)->reset_counters) == 1,
             messages_get_status_reset_counters_size);
CWIRE_ASSERT(sizeof(struct start) == 8, messages_start_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct start, blocks) == 0, messages_start_blocks_offset);
CWIRE_ASSERT(sizeof(((struct start *)0)->blocks) == 8, messages_start_blocks_size);
CWIRE_ASSERT(sizeof(((struct start *)0)->blocks + 0.0f) == sizeof(0.0f),
             messages_start_blocks_kind);
CWIRE_ASSERT(sizeof(struct stop) == 1, messages_stop_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct stop, reset_time) == 0, messages_stop_reset_time_offset);
CWIRE_ASSERT(sizeof(((struct stop *)0)->reset_time) == 1, messages_stop_reset_time_size);
CWIRE_ASSERT(sizeof(struct self_test) == 4, messages_self_test_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct self_test, channel) == 0, messages_self_test_channel_offset);
CWIRE_ASSERT(sizeof(((struct self_test *)0)->channel) == 4, messages_self_test_channel_size);
CWIRE_ASSERT(sizeof(((struct self_test *)0)->channel + 0LL) == sizeof(0LL),
             messages_self_test_channel_kind);
CWIRE_ASSERT(sizeof(struct set_acquisition) == 24, messages_set_acquisition_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct set_acquisition, sample_rate) == 0,
             messages_set_acquisition_sample_rate_offset);
CWIRE_ASSERT(sizeof(((struct set_acquisition *)0)->sample_rate) == 8,
             messages_set_acquisition_sample_rate_size);
CWIRE_ASSERT(sizeof(((struct set_acquisition *)0)->sample_rate + 0.0f) == 8,
             messages_set_acquisition_sample_rate_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct set_acquisition, level) == 8,
             messages_set_acquisition_level_offset);
CWIRE_ASSERT(sizeof(((struct set_acquisition *)0)->level) == 8,
             messages_set_acquisition_level_size);
CWIRE_ASSERT(sizeof(((struct set_acquisition *)0)->level + 0.0f) == 8,
             messages_set_acquisition_level_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct set_acquisition, trigger) == 16,
             messages_set_acquisition_trigger_offset);
CWIRE_ASSERT(sizeof(((struct set_acquisition *)0)->trigger) == 4,
             messages_set_acquisition_trigger_size);
CWIRE_ASSERT(sizeof(((struct set_acquisition *)0)->trigger + 0LL) == sizeof(0LL),
             messages_set_acquisition_trigger_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct set_acquisition, channel) == 20,
             messages_set_acquisition_channel_offset);
CWIRE_ASSERT(sizeof(((struct set_acquisition *)0)->channel) == 4,
             messages_set_acquisition_channel_size);
CWIRE_ASSERT(sizeof(((struct set_acquisition *)0)->channel + 0LL) == sizeof(0LL),
             messages_set_acquisition_channel_kind);
CWIRE_ASSERT(sizeof(struct echo) == 40, messages_echo_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct echo, number) == 0, messages_echo_number_offset);
CWIRE_ASSERT(sizeof(((struct echo *)0)->number) == 8, messages_echo_number_size);
CWIRE_ASSERT(sizeof(((struct echo *)0)->number + 0.0f) == sizeof(0.0f), messages_echo_number_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct echo, values) == 8, messages_echo_values_offset);
CWIRE_ASSERT(sizeof(((struct echo *)0)->values) == 32, messages_echo_values_size);
CWIRE_ASSERT(sizeof(((struct echo *)0)->values[0]) == 8, messages_echo_values_element_size);
CWIRE_ASSERT(sizeof(((struct echo *)0)->values[0] + 0.0f) == 8, messages_echo_values_kind);
CWIRE_ASSERT(sizeof(struct wanted_tile) == 12, messages_wanted_tile_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct wanted_tile, x) == 0, messages_wanted_tile_x_offset);
CWIRE_ASSERT(sizeof(((struct wanted_tile *)0)->x) == 4, messages_wanted_tile_x_size);
CWIRE_ASSERT(sizeof(((struct wanted_tile *)0)->x + 0LL) == sizeof(0LL),
             messages_wanted_tile_x_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct wanted_tile, y) == 4, messages_wanted_tile_y_offset);
CWIRE_ASSERT(sizeof(((struct wanted_tile *)0)->y) == 4, messages_wanted_tile_y_size);
CWIRE_ASSERT(sizeof(((struct wanted_tile *)0)->y + 0LL) == sizeof(0LL),
             messages_wanted_tile_y_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct wanted_tile, level) == 8, messages_wanted_tile_level_offset);
CWIRE_ASSERT(sizeof(((struct wanted_tile *)0)->level) == 2, messages_wanted_tile_level_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct wanted_tile, have) == 10, messages_wanted_tile_have_offset);
CWIRE_ASSERT(sizeof(((struct wanted_tile *)0)->have) == 2, messages_wanted_tile_have_size);
CWIRE_ASSERT(sizeof(struct want_tiles) == 16, messages_want_tiles_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct want_tiles, viewer) == 0, messages_want_tiles_viewer_offset);
CWIRE_ASSERT(sizeof(((struct want_tiles *)0)->viewer) == 8, messages_want_tiles_viewer_size);
CWIRE_ASSERT(sizeof(((struct want_tiles *)0)->viewer + 0.0f) == sizeof(0.0f),
             messages_want_tiles_viewer_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct want_tiles, format) == 8, messages_want_tiles_format_offset);
CWIRE_ASSERT(sizeof(((struct want_tiles *)0)->format) == 4, messages_want_tiles_format_size);
CWIRE_ASSERT(sizeof(((struct want_tiles *)0)->format + 0LL) == sizeof(0LL),
             messages_want_tiles_format_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct want_tiles, rate) == 12, messages_want_tiles_rate_offset);
CWIRE_ASSERT(sizeof(((struct want_tiles *)0)->rate) == 4, messages_want_tiles_rate_size);
CWIRE_ASSERT(sizeof(((struct want_tiles *)0)->rate + 0LL) == sizeof(0LL),
             messages_want_tiles_rate_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct want_tiles, tiles) == 16, messages_want_tiles_tiles_offset);
CWIRE_ASSERT(sizeof(((struct want_tiles *)0)->tiles[0]) == 12, messages_want_tiles_tiles_size);
#if defined(__GNUC__) && __GNUC__ >= 6 && !defined(__clang__) && !defined(__cplusplus)
CWIRE_ASSERT(sizeof(&((struct scope_block *)0)->first_sample) != 0,
             messages_scope_block_byte_order);
CWIRE_ASSERT(sizeof(&((struct camera_tile *)0)->image) != 0, messages_camera_tile_byte_order);
CWIRE_ASSERT(sizeof(&((struct acquisition *)0)->sample_rate) != 0, messages_acquisition_byte_order);
CWIRE_ASSERT(sizeof(&((struct waveform *)0)->channel) != 0, messages_waveform_byte_order);
CWIRE_ASSERT(sizeof(&((struct driver_status *)0)->peers) != 0, messages_driver_status_byte_order);
CWIRE_ASSERT(sizeof(&((struct self_test_result *)0)->channel) != 0,
             messages_self_test_result_byte_order);
CWIRE_ASSERT(sizeof(&((struct image_tile *)0)->picture) != 0, messages_image_tile_byte_order);
CWIRE_ASSERT(sizeof(&((struct image *)0)->width) != 0, messages_image_byte_order);
CWIRE_ASSERT(sizeof(&((struct set_waveform *)0)->channel) != 0, messages_set_waveform_byte_order);
CWIRE_ASSERT(sizeof(&((struct start *)0)->blocks) != 0, messages_start_byte_order);
CWIRE_ASSERT(sizeof(&((struct self_test *)0)->channel) != 0, messages_self_test_byte_order);
CWIRE_ASSERT(sizeof(&((struct set_acquisition *)0)->sample_rate) != 0,
             messages_set_acquisition_byte_order);
CWIRE_ASSERT(sizeof(&((struct echo *)0)->number) != 0, messages_echo_byte_order);
CWIRE_ASSERT(sizeof(&((struct wanted_tile *)0)->x) != 0, messages_wanted_tile_byte_order);
CWIRE_ASSERT(sizeof(&((struct want_tiles *)0)->viewer) != 0, messages_want_tiles_byte_order);
#endif

/* The schema's JSON: string literals may end at 4095 bytes. A microcontroller that has no room for
 * it defines CWIRE_SCHEMA_HASH, and its relay is started with --schema. */
static const unsigned char messages_schema_json[] = {
#ifdef CWIRE_SCHEMA_HASH
    123, 34, 115, 99, 104, 101, 109, 97, 34, 58, 34, 99, 119, 105, 114, 101, 45, 115, 99, 104, 101,
    109, 97, 47, 49, 34, 44, 34, 110, 97, 109, 101, 34, 58, 34, 109, 101, 115, 115, 97, 103, 101,
    115, 34, 44, 34, 108, 97, 121, 111, 117, 116, 95, 104, 97, 115, 104, 34, 58, 34, 115, 104, 97,
    50, 53, 54, 58, 52, 97, 101, 97, 52, 51, 102, 56, 53, 48, 54, 49, 100, 97, 56, 49, 57, 48, 100,
    48, 99, 101, 56, 55, 98, 102, 51, 57, 55, 101, 102, 99, 101, 54, 52, 49, 51, 52, 53, 56, 50,
    100, 102, 54, 102, 98, 49, 48, 102, 53, 97, 53, 98, 57, 50, 99, 98, 53, 49, 56, 53, 50, 97, 97,
    34, 125,
#else
    123, 34, 115, 99, 104, 101, 109, 97, 34, 58, 34, 99, 119, 105, 114, 101, 45, 115, 99, 104, 101,
    109, 97, 47, 49, 34, 44, 34, 110, 97, 109, 101, 34, 58, 34, 109, 101, 115, 115, 97, 103, 101,
    115, 34, 44, 34, 108, 97, 121, 111, 117, 116, 95, 104, 97, 115, 104, 34, 58, 34, 115, 104, 97,
    50, 53, 54, 58, 52, 97, 101, 97, 52, 51, 102, 56, 53, 48, 54, 49, 100, 97, 56, 49, 57, 48, 100,
    48, 99, 101, 56, 55, 98, 102, 51, 57, 55, 101, 102, 99, 101, 54, 52, 49, 51, 52, 53, 56, 50,
    100, 102, 54, 102, 98, 49, 48, 102, 53, 97, 53, 98, 57, 50, 99, 98, 53, 49, 56, 53, 50, 97, 97,
    34, 44, 34, 98, 121, 116, 101, 95, 111, 114, 100, 101, 114, 34, 58, 34, 108, 105, 116, 116, 108,
    101, 34, 44, 34, 97, 98, 105, 34, 58, 123, 34, 112, 111, 105, 110, 116, 101, 114, 34, 58, 56,
    44, 34, 108, 111, 110, 103, 34, 58, 56, 44, 34, 119, 99, 104, 97, 114, 34, 58, 52, 44, 34, 99,
    104, 97, 114, 95, 115, 105, 103, 110, 101, 100, 34, 58, 116, 114, 117, 101, 125, 44, 34, 115,
    111, 117, 114, 99, 101, 34, 58, 123, 34, 104, 101, 97, 100, 101, 114, 34, 58, 34, 109, 101, 115,
    115, 97, 103, 101, 115, 46, 104, 34, 44, 34, 99, 99, 34, 58, 34, 103, 99, 99, 34, 44, 34, 116,
    97, 114, 103, 101, 116, 34, 58, 34, 120, 56, 54, 95, 54, 52, 45, 108, 105, 110, 117, 120, 45,
    103, 110, 117, 34, 44, 34, 102, 108, 97, 103, 115, 34, 58, 91, 93, 44, 34, 118, 101, 114, 105,
    102, 105, 101, 100, 34, 58, 116, 114, 117, 101, 125, 44, 34, 99, 111, 110, 115, 116, 97, 110,
    116, 115, 34, 58, 123, 34, 83, 67, 79, 80, 69, 95, 67, 72, 65, 78, 78, 69, 76, 83, 34, 58, 50,
    44, 34, 83, 67, 79, 80, 69, 95, 83, 65, 77, 80, 76, 69, 83, 34, 58, 49, 48, 50, 52, 44, 34, 67,
    65, 77, 69, 82, 65, 95, 84, 73, 76, 69, 95, 87, 73, 68, 84, 72, 34, 58, 54, 52, 44, 34, 67, 65,
    77, 69, 82, 65, 95, 84, 73, 76, 69, 95, 72, 69, 73, 71, 72, 84, 34, 58, 54, 52, 44, 34, 73, 77,
    65, 71, 69, 95, 84, 73, 76, 69, 95, 83, 73, 90, 69, 34, 58, 50, 53, 54, 125, 44, 34, 101, 110,
    117, 109, 115, 34, 58, 123, 34, 112, 105, 120, 101, 108, 95, 102, 111, 114, 109, 97, 116, 34,
    58, 123, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 115, 105, 103, 110, 101, 100, 34, 58, 102,
    97, 108, 115, 101, 44, 34, 118, 97, 108, 117, 101, 115, 34, 58, 123, 34, 85, 73, 78, 84, 56, 34,
    58, 48, 44, 34, 85, 73, 78, 84, 49, 54, 34, 58, 49, 44, 34, 73, 78, 84, 49, 54, 34, 58, 50, 44,
    34, 73, 78, 84, 51, 50, 34, 58, 51, 44, 34, 70, 76, 79, 65, 84, 49, 54, 34, 58, 52, 44, 34, 70,
    76, 79, 65, 84, 51, 50, 34, 58, 53, 44, 34, 70, 76, 79, 65, 84, 54, 52, 34, 58, 54, 125, 44, 34,
    100, 111, 99, 115, 34, 58, 123, 34, 85, 73, 78, 84, 56, 34, 58, 34, 98, 114, 105, 103, 104, 116,
    110, 101, 115, 115, 32, 47, 32, 50, 53, 54, 46, 34, 44, 34, 85, 73, 78, 84, 49, 54, 34, 58, 34,
    84, 104, 101, 32, 98, 114, 105, 103, 104, 116, 110, 101, 115, 115, 58, 32, 48, 32, 116, 111, 32,
    53, 48, 55, 56, 52, 46, 34, 44, 34, 73, 78, 84, 49, 54, 34, 58, 34, 98, 114, 105, 103, 104, 116,
    110, 101, 115, 115, 32, 45, 32, 51, 50, 55, 54, 56, 46, 34, 44, 34, 73, 78, 84, 51, 50, 34, 58,
    34, 40, 98, 114, 105, 103, 104, 116, 110, 101, 115, 115, 32, 45, 32, 51, 50, 55, 54, 56, 41, 32,
    42, 32, 51, 50, 55, 54, 56, 46, 34, 44, 34, 70, 76, 79, 65, 84, 49, 54, 34, 58, 34, 98, 114,
    105, 103, 104, 116, 110, 101, 115, 115, 32, 47, 32, 51, 50, 44, 32, 119, 105, 116, 104, 111,
    117, 116, 32, 105, 116, 115, 32, 102, 114, 97, 99, 116, 105, 111, 110, 46, 34, 44, 34, 70, 76,
    79, 65, 84, 51, 50, 34, 58, 34, 98, 114, 105, 103, 104, 116, 110, 101, 115, 115, 32, 47, 32, 54,
    53, 53, 51, 54, 46, 34, 44, 34, 70, 76, 79, 65, 84, 54, 52, 34, 58, 34, 98, 114, 105, 103, 104,
    116, 110, 101, 115, 115, 32, 47, 32, 54, 53, 53, 51, 54, 46, 34, 125, 44, 34, 100, 111, 99, 34,
    58, 34, 87, 104, 97, 116, 32, 116, 104, 101, 32, 112, 105, 120, 101, 108, 115, 32, 111, 102, 32,
    116, 104, 101, 32, 108, 97, 114, 103, 101, 32, 105, 109, 97, 103, 101, 32, 97, 114, 101, 46, 34,
    125, 44, 34, 116, 114, 105, 103, 103, 101, 114, 95, 109, 111, 100, 101, 34, 58, 123, 34, 115,
    105, 122, 101, 34, 58, 52, 44, 34, 115, 105, 103, 110, 101, 100, 34, 58, 102, 97, 108, 115, 101,
    44, 34, 118, 97, 108, 117, 101, 115, 34, 58, 123, 34, 70, 82, 69, 69, 95, 82, 85, 78, 34, 58,
    48, 44, 34, 82, 73, 83, 73, 78, 71, 95, 69, 68, 71, 69, 34, 58, 49, 44, 34, 70, 65, 76, 76, 73,
    78, 71, 95, 69, 68, 71, 69, 34, 58, 50, 125, 44, 34, 100, 111, 99, 115, 34, 58, 123, 34, 70, 82,
    69, 69, 95, 82, 85, 78, 34, 58, 34, 66, 108, 111, 99, 107, 115, 32, 102, 111, 108, 108, 111,
    119, 32, 101, 97, 99, 104, 32, 111, 116, 104, 101, 114, 32, 119, 105, 116, 104, 111, 117, 116,
    32, 97, 32, 103, 97, 112, 46, 34, 44, 34, 82, 73, 83, 73, 78, 71, 95, 69, 68, 71, 69, 34, 58,
    34, 65, 32, 98, 108, 111, 99, 107, 32, 98, 101, 103, 105, 110, 115, 32, 119, 104, 101, 114, 101,
    32, 116, 104, 101, 32, 115, 105, 103, 110, 97, 108, 32, 114, 105, 115, 101, 115, 32, 116, 104,
    114, 111, 117, 103, 104, 32, 116, 104, 101, 32, 108, 101, 118, 101, 108, 46, 34, 44, 34, 70, 65,
    76, 76, 73, 78, 71, 95, 69, 68, 71, 69, 34, 58, 34, 65, 32, 98, 108, 111, 99, 107, 32, 98, 101,
    103, 105, 110, 115, 32, 119, 104, 101, 114, 101, 32, 116, 104, 101, 32, 115, 105, 103, 110, 97,
    108, 32, 102, 97, 108, 108, 115, 32, 116, 104, 114, 111, 117, 103, 104, 32, 116, 104, 101, 32,
    108, 101, 118, 101, 108, 46, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 87, 104, 101, 110, 32,
    97, 32, 98, 108, 111, 99, 107, 32, 111, 102, 32, 115, 97, 109, 112, 108, 101, 115, 32, 98, 101,
    103, 105, 110, 115, 46, 34, 125, 44, 34, 119, 97, 118, 101, 102, 111, 114, 109, 95, 115, 104,
    97, 112, 101, 34, 58, 123, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 115, 105, 103, 110, 101,
    100, 34, 58, 102, 97, 108, 115, 101, 44, 34, 118, 97, 108, 117, 101, 115, 34, 58, 123, 34, 83,
    73, 78, 69, 34, 58, 48, 44, 34, 83, 81, 85, 65, 82, 69, 34, 58, 49, 44, 34, 84, 82, 73, 65, 78,
    71, 76, 69, 34, 58, 50, 44, 34, 78, 79, 73, 83, 69, 34, 58, 51, 125, 44, 34, 100, 111, 99, 115,
    34, 58, 123, 34, 83, 73, 78, 69, 34, 58, 34, 65, 32, 115, 105, 110, 101, 46, 34, 44, 34, 83, 81,
    85, 65, 82, 69, 34, 58, 34, 65, 32, 115, 113, 117, 97, 114, 101, 32, 119, 97, 118, 101, 44, 32,
    104, 97, 108, 102, 32, 111, 102, 32, 116, 104, 101, 32, 112, 101, 114, 105, 111, 100, 32, 104,
    105, 103, 104, 46, 34, 44, 34, 84, 82, 73, 65, 78, 71, 76, 69, 34, 58, 34, 65, 32, 115, 121,
    109, 109, 101, 116, 114, 105, 99, 32, 116, 114, 105, 97, 110, 103, 108, 101, 46, 34, 44, 34, 78,
    79, 73, 83, 69, 34, 58, 34, 71, 97, 117, 115, 115, 105, 97, 110, 32, 110, 111, 105, 115, 101,
    59, 32, 116, 104, 101, 32, 97, 109, 112, 108, 105, 116, 117, 100, 101, 32, 105, 115, 32, 105,
    116, 115, 32, 115, 116, 97, 110, 100, 97, 114, 100, 32, 100, 101, 118, 105, 97, 116, 105, 111,
    110, 46, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 104, 101, 32, 115, 104, 97, 112, 101,
    32, 111, 102, 32, 97, 32, 103, 101, 110, 101, 114, 97, 116, 101, 100, 32, 115, 105, 103, 110,
    97, 108, 46, 34, 125, 125, 44, 34, 116, 121, 112, 101, 115, 34, 58, 123, 34, 115, 99, 111, 112,
    101, 95, 98, 108, 111, 99, 107, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115,
    116, 114, 117, 99, 116, 32, 115, 99, 111, 112, 101, 95, 98, 108, 111, 99, 107, 34, 44, 34, 107,
    105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122, 101, 34, 58,
    52, 49, 50, 48, 44, 34, 97, 108, 105, 103, 110, 34, 58, 56, 44, 34, 102, 105, 101, 108, 100,
    115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 102, 105, 114, 115, 116, 95, 115, 97,
    109, 112, 108, 101, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 54,
    52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122, 101,
    34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117,
    105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56, 34, 125, 44, 34, 100, 111, 99, 34,
    58, 34, 73, 110, 100, 101, 120, 32, 111, 102, 32, 115, 97, 109, 112, 108, 101, 115, 91, 48, 93,
    32, 115, 105, 110, 99, 101, 32, 116, 104, 101, 32, 100, 114, 105, 118, 101, 114, 32, 115, 116,
    97, 114, 116, 101, 100, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 100, 116, 34,
    44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 100, 111, 117, 98, 108, 101, 34, 44, 34, 111,
    102, 102, 115, 101, 116, 34, 58, 56, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121,
    112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116, 34, 44, 34,
    110, 112, 34, 58, 34, 60, 102, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 105, 109, 101,
    32, 102, 114, 111, 109, 32, 111, 110, 101, 32, 115, 97, 109, 112, 108, 101, 32, 116, 111, 32,
    116, 104, 101, 32, 110, 101, 120, 116, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 115, 34,
    125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 99, 104, 97, 110, 110, 101, 108, 34, 44, 34,
    99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95, 116, 34, 44, 34, 111,
    102, 102, 115, 101, 116, 34, 58, 49, 54, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116,
    121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34,
    110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 87, 104, 105, 99,
    104, 32, 99, 104, 97, 110, 110, 101, 108, 58, 32, 48, 32, 111, 114, 32, 49, 46, 34, 125, 44,
    123, 34, 110, 97, 109, 101, 34, 58, 34, 116, 114, 105, 103, 103, 101, 114, 34, 44, 34, 99, 95,
    116, 121, 112, 101, 34, 58, 34, 105, 110, 116, 51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115,
    101, 116, 34, 58, 50, 48, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101,
    34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58,
    34, 60, 105, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 73, 110, 100, 101, 120, 32, 111,
    102, 32, 116, 104, 101, 32, 115, 97, 109, 112, 108, 101, 32, 97, 116, 32, 116, 104, 101, 32,
    116, 114, 105, 103, 103, 101, 114, 59, 32, 45, 49, 32, 119, 105, 116, 104, 111, 117, 116, 32,
    111, 110, 101, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 115, 97, 109, 112, 108,
    101, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 102, 108, 111, 97, 116, 91, 49,
    48, 50, 52, 93, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 50, 52, 44, 34, 115, 105, 122,
    101, 34, 58, 52, 48, 57, 54, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100,
    34, 58, 34, 97, 114, 114, 97, 121, 34, 44, 34, 115, 104, 97, 112, 101, 34, 58, 91, 49, 48, 50,
    52, 93, 44, 34, 111, 102, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97,
    116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 52, 34, 125, 125, 44, 34, 100, 111, 99, 34, 58,
    34, 84, 104, 101, 32, 115, 105, 103, 110, 97, 108, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58,
    34, 86, 34, 125, 93, 44, 34, 100, 111, 99, 34, 58, 34, 79, 110, 101, 32, 98, 108, 111, 99, 107,
    32, 111, 102, 32, 115, 97, 109, 112, 108, 101, 115, 32, 111, 102, 32, 111, 110, 101, 32, 99,
    104, 97, 110, 110, 101, 108, 32, 111, 102, 32, 116, 104, 101, 32, 115, 99, 111, 112, 101, 46,
    34, 125, 44, 34, 99, 97, 109, 101, 114, 97, 95, 116, 105, 108, 101, 34, 58, 123, 34, 99, 95,
    110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32, 99, 97, 109, 101, 114, 97, 95,
    116, 105, 108, 101, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116, 34,
    44, 34, 115, 105, 122, 101, 34, 58, 49, 54, 44, 34, 97, 108, 105, 103, 110, 34, 58, 52, 44, 34,
    102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 105, 109, 97,
    103, 101, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95,
    116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122, 101, 34, 58,
    52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110,
    116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34,
    67, 111, 117, 110, 116, 115, 32, 112, 105, 99, 116, 117, 114, 101, 115, 46, 34, 125, 44, 123,
    34, 110, 97, 109, 101, 34, 58, 34, 116, 105, 108, 101, 34, 44, 34, 99, 95, 116, 121, 112, 101,
    34, 58, 34, 117, 105, 110, 116, 49, 54, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34,
    58, 52, 44, 34, 115, 105, 122, 101, 34, 58, 50, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117,
    50, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 73, 110, 100, 101, 120, 32, 111, 102, 32, 116,
    104, 105, 115, 32, 116, 105, 108, 101, 32, 105, 110, 32, 105, 116, 115, 32, 112, 105, 99, 116,
    117, 114, 101, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 116, 105, 108, 101, 115,
    34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 49, 54, 95, 116, 34, 44,
    34, 111, 102, 102, 115, 101, 116, 34, 58, 54, 44, 34, 115, 105, 122, 101, 34, 58, 50, 44, 34,
    116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44,
    34, 110, 112, 34, 58, 34, 60, 117, 50, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 105, 108,
    101, 115, 32, 105, 110, 32, 116, 104, 101, 32, 112, 105, 99, 116, 117, 114, 101, 46, 34, 125,
    44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 120, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58,
    34, 117, 105, 110, 116, 49, 54, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56,
    44, 34, 115, 105, 122, 101, 34, 58, 50, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105,
    110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 50, 34,
    125, 44, 34, 100, 111, 99, 34, 58, 34, 76, 101, 102, 116, 32, 101, 100, 103, 101, 32, 105, 110,
    32, 116, 104, 101, 32, 112, 105, 99, 116, 117, 114, 101, 46, 34, 44, 34, 117, 110, 105, 116, 34,
    58, 34, 112, 120, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 120, 34, 125, 44, 123, 34, 110,
    97, 109, 101, 34, 58, 34, 121, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105,
    110, 116, 49, 54, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 48, 44, 34,
    115, 105, 122, 101, 34, 58, 50, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100,
    34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 50, 34, 125, 44, 34,
    100, 111, 99, 34, 58, 34, 84, 111, 112, 32, 101, 100, 103, 101, 32, 105, 110, 32, 116, 104, 101,
    32, 112, 105, 99, 116, 117, 114, 101, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 112, 120,
    34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 121, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34,
    58, 34, 119, 105, 100, 116, 104, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105,
    110, 116, 49, 54, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 50, 44, 34,
    115, 105, 122, 101, 34, 58, 50, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100,
    34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 50, 34, 125, 44, 34,
    100, 111, 99, 34, 58, 34, 80, 105, 120, 101, 108, 115, 32, 105, 110, 32, 97, 32, 114, 111, 119,
    46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 112, 120, 34, 44, 34, 116, 105, 108, 101, 34,
    58, 34, 119, 105, 100, 116, 104, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 104, 101,
    105, 103, 104, 116, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 49,
    54, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 52, 44, 34, 115, 105, 122,
    101, 34, 58, 50, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34,
    117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 50, 34, 125, 44, 34, 100, 111,
    99, 34, 58, 34, 82, 111, 119, 115, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 112, 120, 34,
    44, 34, 116, 105, 108, 101, 34, 58, 34, 104, 101, 105, 103, 104, 116, 34, 125, 44, 123, 34, 110,
    97, 109, 101, 34, 58, 34, 112, 105, 120, 101, 108, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101,
    34, 58, 34, 117, 105, 110, 116, 49, 54, 95, 116, 91, 93, 34, 44, 34, 111, 102, 102, 115, 101,
    116, 34, 58, 49, 54, 44, 34, 115, 105, 122, 101, 34, 58, 48, 44, 34, 116, 121, 112, 101, 34, 58,
    123, 34, 107, 105, 110, 100, 34, 58, 34, 116, 97, 105, 108, 34, 44, 34, 111, 102, 34, 58, 123,
    34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60,
    117, 50, 34, 125, 44, 34, 115, 116, 114, 105, 100, 101, 34, 58, 50, 125, 44, 34, 100, 111, 99,
    34, 58, 34, 119, 105, 100, 116, 104, 32, 42, 32, 104, 101, 105, 103, 104, 116, 32, 98, 114, 105,
    103, 104, 116, 110, 101, 115, 115, 32, 118, 97, 108, 117, 101, 115, 44, 32, 114, 111, 119, 32,
    98, 121, 32, 114, 111, 119, 46, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 112, 105, 120, 101,
    108, 115, 34, 125, 93, 44, 34, 100, 111, 99, 34, 58, 34, 65, 32, 114, 101, 99, 116, 97, 110,
    103, 108, 101, 32, 111, 102, 32, 116, 104, 101, 32, 99, 97, 109, 101, 114, 97, 39, 115, 32, 112,
    105, 99, 116, 117, 114, 101, 44, 32, 114, 111, 119, 32, 98, 121, 32, 114, 111, 119, 46, 34, 125,
    44, 34, 97, 99, 113, 117, 105, 115, 105, 116, 105, 111, 110, 34, 58, 123, 34, 99, 95, 110, 97,
    109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32, 97, 99, 113, 117, 105, 115, 105, 116,
    105, 111, 110, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116, 34, 44,
    34, 115, 105, 122, 101, 34, 58, 50, 52, 44, 34, 97, 108, 105, 103, 110, 34, 58, 56, 44, 34, 102,
    105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 115, 97, 109, 112,
    108, 101, 95, 114, 97, 116, 101, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 100, 111,
    117, 98, 108, 101, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122,
    101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34,
    102, 108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 56, 34, 125, 44, 34, 100,
    111, 99, 34, 58, 34, 83, 97, 109, 112, 108, 101, 115, 32, 112, 101, 114, 32, 115, 101, 99, 111,
    110, 100, 32, 111, 102, 32, 101, 97, 99, 104, 32, 99, 104, 97, 110, 110, 101, 108, 46, 34, 44,
    34, 117, 110, 105, 116, 34, 58, 34, 72, 122, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58,
    34, 108, 101, 118, 101, 108, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 100, 111, 117,
    98, 108, 101, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56, 44, 34, 115, 105, 122, 101,
    34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102,
    108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 56, 34, 125, 44, 34, 100, 111, 99,
    34, 58, 34, 84, 114, 105, 103, 103, 101, 114, 32, 108, 101, 118, 101, 108, 46, 34, 44, 34, 117,
    110, 105, 116, 34, 58, 34, 86, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 116, 114,
    105, 103, 103, 101, 114, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 101, 110, 117, 109,
    32, 116, 114, 105, 103, 103, 101, 114, 95, 109, 111, 100, 101, 34, 44, 34, 111, 102, 102, 115,
    101, 116, 34, 58, 49, 54, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101,
    34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 101, 110, 117, 109, 34, 44, 34, 110, 112, 34,
    58, 34, 60, 117, 52, 34, 44, 34, 101, 110, 117, 109, 34, 58, 34, 116, 114, 105, 103, 103, 101,
    114, 95, 109, 111, 100, 101, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 87, 104, 97, 116, 32,
    98, 101, 103, 105, 110, 115, 32, 97, 32, 98, 108, 111, 99, 107, 46, 34, 125, 44, 123, 34, 110,
    97, 109, 101, 34, 58, 34, 99, 104, 97, 110, 110, 101, 108, 34, 44, 34, 99, 95, 116, 121, 112,
    101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116,
    34, 58, 50, 48, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123,
    34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60,
    117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 67, 104, 97, 110, 110, 101, 108, 32, 116,
    104, 97, 116, 32, 116, 114, 105, 103, 103, 101, 114, 115, 46, 34, 125, 93, 44, 34, 100, 111, 99,
    34, 58, 34, 72, 111, 119, 32, 116, 104, 101, 32, 115, 99, 111, 112, 101, 32, 115, 97, 109, 112,
    108, 101, 115, 46, 34, 125, 44, 34, 119, 97, 118, 101, 102, 111, 114, 109, 34, 58, 123, 34, 99,
    95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32, 119, 97, 118, 101, 102, 111,
    114, 109, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116, 34, 44, 34,
    115, 105, 122, 101, 34, 58, 51, 50, 44, 34, 97, 108, 105, 103, 110, 34, 58, 56, 44, 34, 102,
    105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 99, 104, 97, 110,
    110, 101, 108, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50,
    95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122, 101, 34,
    58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105,
    110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58,
    34, 87, 104, 105, 99, 104, 32, 99, 104, 97, 110, 110, 101, 108, 58, 32, 48, 32, 111, 114, 32,
    49, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 115, 104, 97, 112, 101, 34, 44, 34,
    99, 95, 116, 121, 112, 101, 34, 58, 34, 101, 110, 117, 109, 32, 119, 97, 118, 101, 102, 111,
    114, 109, 95, 115, 104, 97, 112, 101, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 52, 44,
    34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110,
    100, 34, 58, 34, 101, 110, 117, 109, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 44, 34,
    101, 110, 117, 109, 34, 58, 34, 119, 97, 118, 101, 102, 111, 114, 109, 95, 115, 104, 97, 112,
    101, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 104, 101, 32, 115, 104, 97, 112, 101, 32,
    111, 102, 32, 116, 104, 101, 32, 115, 105, 103, 110, 97, 108, 46, 34, 125, 44, 123, 34, 110, 97,
    109, 101, 34, 58, 34, 102, 114, 101, 113, 117, 101, 110, 99, 121, 34, 44, 34, 99, 95, 116, 121,
    112, 101, 34, 58, 34, 100, 111, 117, 98, 108, 101, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34,
    58, 56, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60,
    102, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 80, 101, 114, 105, 111, 100, 115, 32, 112,
    101, 114, 32, 115, 101, 99, 111, 110, 100, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 72,
    122, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 97, 109, 112, 108, 105, 116, 117, 100,
    101, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 100, 111, 117, 98, 108, 101, 34, 44,
    34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 54, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44,
    34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116,
    34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 70,
    114, 111, 109, 32, 116, 104, 101, 32, 109, 105, 100, 100, 108, 101, 32, 116, 111, 32, 116, 104,
    101, 32, 112, 101, 97, 107, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 86, 34, 125, 44,
    123, 34, 110, 97, 109, 101, 34, 58, 34, 111, 102, 102, 115, 101, 116, 34, 44, 34, 99, 95, 116,
    121, 112, 101, 34, 58, 34, 100, 111, 117, 98, 108, 101, 34, 44, 34, 111, 102, 102, 115, 101,
    116, 34, 58, 50, 52, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58,
    123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58,
    34, 60, 102, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 104, 101, 32, 109, 105, 100,
    100, 108, 101, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 86, 34, 125, 93, 44, 34, 100,
    111, 99, 34, 58, 34, 87, 104, 97, 116, 32, 116, 104, 101, 32, 103, 101, 110, 101, 114, 97, 116,
    111, 114, 32, 109, 97, 107, 101, 115, 32, 111, 110, 32, 111, 110, 101, 32, 99, 104, 97, 110,
    110, 101, 108, 46, 34, 125, 44, 34, 100, 114, 105, 118, 101, 114, 95, 115, 116, 97, 116, 117,
    115, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32,
    100, 114, 105, 118, 101, 114, 95, 115, 116, 97, 116, 117, 115, 34, 44, 34, 107, 105, 110, 100,
    34, 58, 34, 115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122, 101, 34, 58, 49, 54, 48, 44,
    34, 97, 108, 105, 103, 110, 34, 58, 56, 44, 34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123,
    34, 110, 97, 109, 101, 34, 58, 34, 114, 117, 110, 110, 105, 110, 103, 34, 44, 34, 99, 95, 116,
    121, 112, 101, 34, 58, 34, 95, 66, 111, 111, 108, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34,
    58, 48, 44, 34, 115, 105, 122, 101, 34, 58, 49, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 98, 111, 111, 108, 34, 44, 34, 110, 112, 34, 58, 34, 124, 98,
    49, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 66, 108, 111, 99, 107, 115, 32, 97, 114, 101, 32,
    98, 101, 105, 110, 103, 32, 112, 117, 98, 108, 105, 115, 104, 101, 100, 46, 34, 125, 44, 123,
    34, 110, 97, 109, 101, 34, 58, 34, 99, 112, 117, 95, 108, 111, 97, 100, 34, 44, 34, 99, 95, 116,
    121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 56, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101,
    116, 34, 58, 49, 44, 34, 115, 105, 122, 101, 34, 58, 49, 44, 34, 116, 121, 112, 101, 34, 58,
    123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34,
    124, 117, 49, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 104, 101, 32, 100, 114, 105, 118,
    101, 114, 39, 115, 32, 111, 119, 110, 32, 112, 114, 111, 99, 101, 115, 115, 111, 114, 32, 108,
    111, 97, 100, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 37, 34, 125, 44, 123, 34, 110, 97,
    109, 101, 34, 58, 34, 112, 101, 101, 114, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58,
    34, 117, 105, 110, 116, 49, 54, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 50,
    44, 34, 115, 105, 122, 101, 34, 58, 50, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105,
    110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 50, 34,
    125, 44, 34, 100, 111, 99, 34, 58, 34, 80, 101, 101, 114, 115, 32, 116, 104, 97, 116, 32, 119,
    97, 110, 116, 32, 115, 99, 111, 112, 101, 32, 98, 108, 111, 99, 107, 115, 46, 34, 125, 44, 123,
    34, 110, 97, 109, 101, 34, 58, 34, 116, 101, 109, 112, 101, 114, 97, 116, 117, 114, 101, 34, 44,
    34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 102, 108, 111, 97, 116, 34, 44, 34, 111, 102, 102,
    115, 101, 116, 34, 58, 52, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101,
    34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116, 34, 44, 34, 110, 112,
    34, 58, 34, 60, 102, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 79, 102, 32, 116, 104, 101,
    32, 40, 115, 105, 109, 117, 108, 97, 116, 101, 100, 41, 32, 102, 114, 111, 110, 116, 32, 101,
    110, 100, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 100, 101, 103, 67, 34, 125, 44, 123,
    34, 110, 97, 109, 101, 34, 58, 34, 98, 108, 111, 99, 107, 115, 34, 44, 34, 99, 95, 116, 121,
    112, 101, 34, 58, 34, 117, 105, 110, 116, 54, 52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101,
    116, 34, 58, 56, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58,
    123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34,
    60, 117, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 66, 108, 111, 99, 107, 115, 32, 112,
    117, 98, 108, 105, 115, 104, 101, 100, 32, 115, 105, 110, 99, 101, 32, 116, 104, 101, 32, 115,
    116, 97, 114, 116, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 99, 111, 109, 109,
    97, 110, 100, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 54,
    52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 54, 44, 34, 115, 105, 122,
    101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34,
    117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56, 34, 125, 44, 34, 100, 111,
    99, 34, 58, 34, 67, 111, 109, 109, 97, 110, 100, 115, 32, 104, 97, 110, 100, 108, 101, 100, 32,
    115, 105, 110, 99, 101, 32, 116, 104, 101, 32, 115, 116, 97, 114, 116, 46, 34, 125, 44, 123, 34,
    110, 97, 109, 101, 34, 58, 34, 117, 112, 116, 105, 109, 101, 34, 44, 34, 99, 95, 116, 121, 112,
    101, 34, 58, 34, 100, 111, 117, 98, 108, 101, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58,
    50, 52, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60,
    102, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 105, 109, 101, 32, 115, 105, 110, 99,
    101, 32, 116, 104, 101, 32, 115, 116, 97, 114, 116, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58,
    34, 115, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 102, 105, 114, 109, 119, 97, 114,
    101, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 99, 104, 97, 114, 91, 49, 54, 93, 34,
    44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 51, 50, 44, 34, 115, 105, 122, 101, 34, 58, 49,
    54, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 99, 104, 97,
    114, 34, 44, 34, 110, 112, 34, 58, 34, 124, 83, 49, 54, 34, 44, 34, 108, 101, 110, 103, 116,
    104, 34, 58, 49, 54, 125, 44, 34, 100, 111, 99, 34, 58, 34, 86, 101, 114, 115, 105, 111, 110,
    32, 116, 101, 120, 116, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 99, 97, 108,
    105, 98, 114, 97, 116, 105, 111, 110, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 102,
    108, 111, 97, 116, 91, 50, 93, 91, 51, 93, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 52,
    56, 44, 34, 115, 105, 122, 101, 34, 58, 50, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 97, 114, 114, 97, 121, 34, 44, 34, 115, 104, 97, 112, 101, 34,
    58, 91, 50, 44, 51, 93, 44, 34, 111, 102, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102,
    108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 52, 34, 125, 125, 44, 34, 100,
    111, 99, 34, 58, 34, 71, 97, 105, 110, 44, 32, 111, 102, 102, 115, 101, 116, 32, 97, 110, 100,
    32, 110, 111, 105, 115, 101, 32, 111, 102, 32, 101, 97, 99, 104, 32, 99, 104, 97, 110, 110, 101,
    108, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 97, 99, 113, 117, 105, 115, 105,
    116, 105, 111, 110, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 115, 116, 114, 117, 99,
    116, 32, 97, 99, 113, 117, 105, 115, 105, 116, 105, 111, 110, 34, 44, 34, 111, 102, 102, 115,
    101, 116, 34, 58, 55, 50, 44, 34, 115, 105, 122, 101, 34, 58, 50, 52, 44, 34, 116, 121, 112,
    101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116, 34, 44, 34,
    115, 116, 114, 117, 99, 116, 34, 58, 34, 97, 99, 113, 117, 105, 115, 105, 116, 105, 111, 110,
    34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 72, 111, 119, 32, 116, 104, 101, 32, 115, 99, 111,
    112, 101, 32, 115, 97, 109, 112, 108, 101, 115, 32, 110, 111, 119, 46, 34, 125, 44, 123, 34,
    110, 97, 109, 101, 34, 58, 34, 99, 104, 97, 110, 110, 101, 108, 115, 34, 44, 34, 99, 95, 116,
    121, 112, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32, 119, 97, 118, 101, 102, 111, 114,
    109, 91, 50, 93, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 57, 54, 44, 34, 115, 105,
    122, 101, 34, 58, 54, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34,
    58, 34, 97, 114, 114, 97, 121, 34, 44, 34, 115, 104, 97, 112, 101, 34, 58, 91, 50, 93, 44, 34,
    111, 102, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116, 34, 44,
    34, 115, 116, 114, 117, 99, 116, 34, 58, 34, 119, 97, 118, 101, 102, 111, 114, 109, 34, 125,
    125, 44, 34, 100, 111, 99, 34, 58, 34, 87, 104, 97, 116, 32, 116, 104, 101, 32, 103, 101, 110,
    101, 114, 97, 116, 111, 114, 32, 109, 97, 107, 101, 115, 32, 110, 111, 119, 46, 34, 125, 93, 44,
    34, 100, 111, 99, 34, 58, 34, 72, 111, 119, 32, 116, 104, 101, 32, 100, 114, 105, 118, 101, 114,
    32, 105, 115, 59, 32, 112, 117, 98, 108, 105, 115, 104, 101, 100, 32, 116, 119, 105, 99, 101,
    32, 97, 32, 115, 101, 99, 111, 110, 100, 32, 97, 110, 100, 32, 105, 110, 32, 97, 110, 115, 119,
    101, 114, 32, 116, 111, 32, 103, 101, 116, 95, 115, 116, 97, 116, 117, 115, 46, 34, 125, 44, 34,
    115, 101, 108, 102, 95, 116, 101, 115, 116, 95, 114, 101, 115, 117, 108, 116, 34, 58, 123, 34,
    99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32, 115, 101, 108, 102, 95,
    116, 101, 115, 116, 95, 114, 101, 115, 117, 108, 116, 34, 44, 34, 107, 105, 110, 100, 34, 58,
    34, 115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122, 101, 34, 58, 54, 52, 44, 34, 97,
    108, 105, 103, 110, 34, 58, 52, 44, 34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110,
    97, 109, 101, 34, 58, 34, 99, 104, 97, 110, 110, 101, 108, 34, 44, 34, 99, 95, 116, 121, 112,
    101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116,
    34, 58, 48, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117,
    52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 104, 101, 32, 116, 101, 115, 116, 101, 100,
    32, 99, 104, 97, 110, 110, 101, 108, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34,
    112, 101, 97, 107, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 102, 108, 111, 97, 116,
    34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 52, 44, 34, 115, 105, 122, 101, 34, 58, 52,
    44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97,
    116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34,
    76, 97, 114, 103, 101, 115, 116, 32, 100, 101, 118, 105, 97, 116, 105, 111, 110, 32, 115, 101,
    101, 110, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 86, 34, 125, 44, 123, 34, 110, 97,
    109, 101, 34, 58, 34, 114, 109, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 102,
    108, 111, 97, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56, 44, 34, 115, 105, 122,
    101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34,
    102, 108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 52, 34, 125, 44, 34, 100,
    111, 99, 34, 58, 34, 82, 111, 111, 116, 32, 109, 101, 97, 110, 32, 115, 113, 117, 97, 114, 101,
    32, 111, 102, 32, 116, 104, 101, 32, 115, 105, 103, 110, 97, 108, 46, 34, 44, 34, 117, 110, 105,
    116, 34, 58, 34, 86, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 118, 101, 114, 100,
    105, 99, 116, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 99, 104, 97, 114, 91, 53, 50,
    93, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 50, 44, 34, 115, 105, 122, 101, 34,
    58, 53, 50, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 99,
    104, 97, 114, 34, 44, 34, 110, 112, 34, 58, 34, 124, 83, 53, 50, 34, 44, 34, 108, 101, 110, 103,
    116, 104, 34, 58, 53, 50, 125, 44, 34, 100, 111, 99, 34, 58, 34, 65, 32, 115, 101, 110, 116,
    101, 110, 99, 101, 32, 102, 111, 114, 32, 112, 101, 111, 112, 108, 101, 46, 34, 125, 93, 44, 34,
    100, 111, 99, 34, 58, 34, 87, 104, 97, 116, 32, 97, 32, 115, 101, 108, 102, 32, 116, 101, 115,
    116, 32, 102, 111, 117, 110, 100, 46, 34, 125, 44, 34, 105, 109, 97, 103, 101, 95, 116, 105,
    108, 101, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116,
    32, 105, 109, 97, 103, 101, 95, 116, 105, 108, 101, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34,
    115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122, 101, 34, 58, 50, 52, 44, 34, 97, 108,
    105, 103, 110, 34, 58, 52, 44, 34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97,
    109, 101, 34, 58, 34, 112, 105, 99, 116, 117, 114, 101, 34, 44, 34, 99, 95, 116, 121, 112, 101,
    34, 58, 34, 117, 105, 110, 116, 51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34,
    58, 48, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117,
    52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 67, 111, 117, 110, 116, 115, 32, 112, 105, 99,
    116, 117, 114, 101, 115, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 108, 101, 118,
    101, 108, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95,
    116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 52, 44, 34, 115, 105, 122, 101, 34, 58,
    52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110,
    116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34,
    79, 102, 32, 116, 104, 101, 32, 112, 121, 114, 97, 109, 105, 100, 58, 32, 97, 32, 112, 105, 120,
    101, 108, 32, 105, 115, 32, 50, 94, 108, 101, 118, 101, 108, 32, 119, 105, 100, 101, 46, 34, 44,
    34, 116, 105, 108, 101, 34, 58, 34, 108, 101, 118, 101, 108, 34, 125, 44, 123, 34, 110, 97, 109,
    101, 34, 58, 34, 120, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116,
    51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56, 44, 34, 115, 105, 122,
    101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34,
    117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111,
    99, 34, 58, 34, 76, 101, 102, 116, 32, 101, 100, 103, 101, 32, 105, 110, 32, 105, 116, 115, 32,
    108, 101, 118, 101, 108, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 112, 120, 34, 44, 34,
    116, 105, 108, 101, 34, 58, 34, 120, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 121,
    34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95, 116, 34, 44,
    34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 50, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44,
    34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34,
    44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 111,
    112, 32, 101, 100, 103, 101, 32, 105, 110, 32, 105, 116, 115, 32, 108, 101, 118, 101, 108, 46,
    34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 112, 120, 34, 44, 34, 116, 105, 108, 101, 34, 58,
    34, 121, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 119, 105, 100, 116, 104, 34, 44,
    34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 49, 54, 95, 116, 34, 44, 34,
    111, 102, 102, 115, 101, 116, 34, 58, 49, 54, 44, 34, 115, 105, 122, 101, 34, 58, 50, 44, 34,
    116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44,
    34, 110, 112, 34, 58, 34, 60, 117, 50, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 80, 105, 120,
    101, 108, 115, 32, 105, 110, 32, 97, 32, 114, 111, 119, 46, 34, 44, 34, 117, 110, 105, 116, 34,
    58, 34, 112, 120, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 119, 105, 100, 116, 104, 34, 125,
    44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 104, 101, 105, 103, 104, 116, 34, 44, 34, 99, 95,
    116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 49, 54, 95, 116, 34, 44, 34, 111, 102, 102,
    115, 101, 116, 34, 58, 49, 56, 44, 34, 115, 105, 122, 101, 34, 58, 50, 44, 34, 116, 121, 112,
    101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112,
    34, 58, 34, 60, 117, 50, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 82, 111, 119, 115, 46, 34,
    44, 34, 117, 110, 105, 116, 34, 58, 34, 112, 120, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34,
    104, 101, 105, 103, 104, 116, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 102, 111,
    114, 109, 97, 116, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 101, 110, 117, 109, 32,
    112, 105, 120, 101, 108, 95, 102, 111, 114, 109, 97, 116, 34, 44, 34, 111, 102, 102, 115, 101,
    116, 34, 58, 50, 48, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58,
    123, 34, 107, 105, 110, 100, 34, 58, 34, 101, 110, 117, 109, 34, 44, 34, 110, 112, 34, 58, 34,
    60, 117, 52, 34, 44, 34, 101, 110, 117, 109, 34, 58, 34, 112, 105, 120, 101, 108, 95, 102, 111,
    114, 109, 97, 116, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 87, 104, 97, 116, 32, 116, 104,
    101, 32, 112, 105, 120, 101, 108, 115, 32, 97, 114, 101, 46, 34, 44, 34, 116, 105, 108, 101, 34,
    58, 34, 102, 111, 114, 109, 97, 116, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 112,
    105, 120, 101, 108, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116,
    56, 95, 116, 91, 93, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 50, 52, 44, 34, 115, 105,
    122, 101, 34, 58, 48, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58,
    34, 116, 97, 105, 108, 34, 44, 34, 111, 102, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34,
    117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 124, 117, 49, 34, 125, 44, 34, 115, 116,
    114, 105, 100, 101, 34, 58, 49, 125, 44, 34, 100, 111, 99, 34, 58, 34, 119, 105, 100, 116, 104,
    32, 42, 32, 104, 101, 105, 103, 104, 116, 32, 112, 105, 120, 101, 108, 115, 44, 32, 114, 111,
    119, 32, 98, 121, 32, 114, 111, 119, 46, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 112, 105,
    120, 101, 108, 115, 34, 125, 93, 44, 34, 100, 111, 99, 34, 58, 34, 65, 32, 116, 105, 108, 101,
    32, 111, 102, 32, 116, 104, 101, 32, 108, 97, 114, 103, 101, 32, 105, 109, 97, 103, 101, 44, 32,
    119, 104, 105, 99, 104, 32, 109, 111, 118, 101, 115, 46, 32, 73, 116, 32, 105, 115, 32, 112,
    117, 98, 108, 105, 115, 104, 101, 100, 32, 119, 104, 105, 108, 101, 32, 115, 111, 109, 101, 98,
    111, 100, 121, 32, 119, 97, 110, 116, 115, 32, 105, 116, 46, 34, 125, 44, 34, 105, 109, 97, 103,
    101, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32,
    105, 109, 97, 103, 101, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116,
    34, 44, 34, 115, 105, 122, 101, 34, 58, 50, 52, 44, 34, 97, 108, 105, 103, 110, 34, 58, 52, 44,
    34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 119, 105,
    100, 116, 104, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50,
    95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122, 101, 34,
    58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105,
    110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58,
    34, 80, 105, 120, 101, 108, 115, 32, 105, 110, 32, 97, 32, 114, 111, 119, 46, 34, 44, 34, 117,
    110, 105, 116, 34, 58, 34, 112, 120, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 105, 109, 97,
    103, 101, 95, 119, 105, 100, 116, 104, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 104,
    101, 105, 103, 104, 116, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116,
    51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 52, 44, 34, 115, 105, 122,
    101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34,
    117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111,
    99, 34, 58, 34, 82, 111, 119, 115, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 112, 120, 34,
    44, 34, 116, 105, 108, 101, 34, 58, 34, 105, 109, 97, 103, 101, 95, 104, 101, 105, 103, 104,
    116, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 116, 105, 108, 101, 95, 115, 105, 122,
    101, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95, 116,
    34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56, 44, 34, 115, 105, 122, 101, 34, 58, 52,
    44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116,
    34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 80,
    105, 120, 101, 108, 115, 32, 105, 110, 32, 97, 32, 114, 111, 119, 32, 111, 102, 32, 97, 32, 116,
    105, 108, 101, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 112, 120, 34, 44, 34, 116, 105,
    108, 101, 34, 58, 34, 116, 105, 108, 101, 95, 119, 105, 100, 116, 104, 34, 125, 44, 123, 34,
    110, 97, 109, 101, 34, 58, 34, 116, 105, 108, 101, 95, 114, 111, 119, 115, 34, 44, 34, 99, 95,
    116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95, 116, 34, 44, 34, 111, 102, 102,
    115, 101, 116, 34, 58, 49, 50, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112,
    101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112,
    34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 82, 111, 119, 115, 32, 111,
    102, 32, 97, 32, 116, 105, 108, 101, 46, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 116, 105,
    108, 101, 95, 104, 101, 105, 103, 104, 116, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34,
    108, 101, 118, 101, 108, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110,
    116, 51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 54, 44, 34, 115,
    105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34,
    58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100,
    111, 99, 34, 58, 34, 69, 97, 99, 104, 32, 104, 97, 115, 32, 104, 97, 108, 102, 32, 116, 104,
    101, 32, 114, 111, 119, 115, 32, 97, 110, 100, 32, 99, 111, 108, 117, 109, 110, 115, 32, 111,
    102, 32, 116, 104, 101, 32, 111, 110, 101, 32, 98, 101, 102, 111, 114, 101, 46, 34, 44, 34, 116,
    105, 108, 101, 34, 58, 34, 108, 101, 118, 101, 108, 115, 34, 125, 44, 123, 34, 110, 97, 109,
    101, 34, 58, 34, 108, 101, 97, 115, 101, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34,
    102, 108, 111, 97, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 50, 48, 44, 34, 115,
    105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34,
    58, 34, 102, 108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 52, 34, 125, 44, 34,
    100, 111, 99, 34, 58, 34, 83, 111, 32, 108, 111, 110, 103, 32, 97, 32, 119, 105, 115, 104, 32,
    104, 111, 108, 100, 115, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 115, 34, 44, 34, 116,
    105, 108, 101, 34, 58, 34, 108, 101, 97, 115, 101, 34, 125, 93, 44, 34, 100, 111, 99, 34, 58,
    34, 84, 104, 101, 32, 108, 97, 114, 103, 101, 32, 105, 109, 97, 103, 101, 44, 32, 105, 110, 32,
    97, 110, 115, 119, 101, 114, 32, 116, 111, 32, 119, 97, 110, 116, 95, 116, 105, 108, 101, 115,
    46, 34, 125, 44, 34, 115, 101, 116, 95, 119, 97, 118, 101, 102, 111, 114, 109, 34, 58, 123, 34,
    99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32, 115, 101, 116, 95, 119,
    97, 118, 101, 102, 111, 114, 109, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114,
    117, 99, 116, 34, 44, 34, 115, 105, 122, 101, 34, 58, 51, 50, 44, 34, 97, 108, 105, 103, 110,
    34, 58, 56, 44, 34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34,
    58, 34, 99, 104, 97, 110, 110, 101, 108, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34,
    117, 105, 110, 116, 51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44,
    34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110,
    100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44,
    34, 100, 111, 99, 34, 58, 34, 87, 104, 105, 99, 104, 32, 99, 104, 97, 110, 110, 101, 108, 46,
    34, 44, 34, 114, 97, 110, 103, 101, 34, 58, 91, 48, 44, 49, 93, 44, 34, 100, 101, 102, 97, 117,
    108, 116, 34, 58, 48, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 115, 104, 97, 112, 101,
    34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 101, 110, 117, 109, 32, 119, 97, 118, 101,
    102, 111, 114, 109, 95, 115, 104, 97, 112, 101, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34,
    58, 52, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 101, 110, 117, 109, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117,
    52, 34, 44, 34, 101, 110, 117, 109, 34, 58, 34, 119, 97, 118, 101, 102, 111, 114, 109, 95, 115,
    104, 97, 112, 101, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 104, 101, 32, 115, 104, 97,
    112, 101, 32, 111, 102, 32, 116, 104, 101, 32, 115, 105, 103, 110, 97, 108, 46, 34, 44, 34, 100,
    101, 102, 97, 117, 108, 116, 34, 58, 34, 83, 73, 78, 69, 34, 125, 44, 123, 34, 110, 97, 109,
    101, 34, 58, 34, 102, 114, 101, 113, 117, 101, 110, 99, 121, 34, 44, 34, 99, 95, 116, 121, 112,
    101, 34, 58, 34, 100, 111, 117, 98, 108, 101, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58,
    56, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107,
    105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 102,
    56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 80, 101, 114, 105, 111, 100, 115, 32, 112, 101,
    114, 32, 115, 101, 99, 111, 110, 100, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 72, 122,
    34, 44, 34, 114, 97, 110, 103, 101, 34, 58, 91, 48, 46, 48, 49, 44, 49, 48, 48, 48, 48, 48, 48,
    46, 48, 93, 44, 34, 100, 101, 102, 97, 117, 108, 116, 34, 58, 49, 48, 125, 44, 123, 34, 110, 97,
    109, 101, 34, 58, 34, 97, 109, 112, 108, 105, 116, 117, 100, 101, 34, 44, 34, 99, 95, 116, 121,
    112, 101, 34, 58, 34, 100, 111, 117, 98, 108, 101, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34,
    58, 49, 54, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60,
    102, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 77, 105, 100, 100, 108, 101, 32, 116, 111,
    32, 112, 101, 97, 107, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 86, 34, 44, 34, 114, 97,
    110, 103, 101, 34, 58, 91, 48, 44, 49, 48, 93, 44, 34, 100, 101, 102, 97, 117, 108, 116, 34, 58,
    49, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 111, 102, 102, 115, 101, 116, 34, 44, 34,
    99, 95, 116, 121, 112, 101, 34, 58, 34, 100, 111, 117, 98, 108, 101, 34, 44, 34, 111, 102, 102,
    115, 101, 116, 34, 58, 50, 52, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112,
    101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116, 34, 44, 34, 110,
    112, 34, 58, 34, 60, 102, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84, 104, 101, 32, 109,
    105, 100, 100, 108, 101, 46, 34, 44, 34, 117, 110, 105, 116, 34, 58, 34, 86, 34, 44, 34, 114,
    97, 110, 103, 101, 34, 58, 91, 45, 49, 48, 44, 49, 48, 93, 44, 34, 100, 101, 102, 97, 117, 108,
    116, 34, 58, 48, 125, 93, 44, 34, 100, 111, 99, 34, 58, 34, 83, 101, 116, 115, 32, 119, 104, 97,
    116, 32, 116, 104, 101, 32, 103, 101, 110, 101, 114, 97, 116, 111, 114, 32, 109, 97, 107, 101,
    115, 32, 111, 110, 32, 111, 110, 101, 32, 99, 104, 97, 110, 110, 101, 108, 46, 34, 125, 44, 34,
    103, 101, 116, 95, 115, 116, 97, 116, 117, 115, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34,
    58, 34, 115, 116, 114, 117, 99, 116, 32, 103, 101, 116, 95, 115, 116, 97, 116, 117, 115, 34, 44,
    34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122, 101,
    34, 58, 49, 44, 34, 97, 108, 105, 103, 110, 34, 58, 49, 44, 34, 102, 105, 101, 108, 100, 115,
    34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 114, 101, 115, 101, 116, 95, 99, 111, 117,
    110, 116, 101, 114, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 95, 66, 111, 111,
    108, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122, 101, 34, 58,
    49, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 98, 111, 111,
    108, 34, 44, 34, 110, 112, 34, 58, 34, 124, 98, 49, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34,
    83, 101, 116, 32, 116, 104, 101, 32, 99, 111, 117, 110, 116, 101, 114, 115, 32, 111, 102, 32,
    98, 108, 111, 99, 107, 115, 32, 97, 110, 100, 32, 99, 111, 109, 109, 97, 110, 100, 115, 32, 116,
    111, 32, 122, 101, 114, 111, 32, 97, 102, 116, 101, 114, 119, 97, 114, 100, 115, 46, 34, 125,
    93, 44, 34, 100, 111, 99, 34, 58, 34, 65, 115, 107, 115, 32, 102, 111, 114, 32, 116, 104, 101,
    32, 115, 116, 97, 116, 117, 115, 32, 110, 111, 119, 46, 34, 125, 44, 34, 115, 116, 97, 114, 116,
    34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32, 115,
    116, 97, 114, 116, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116, 34,
    44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 97, 108, 105, 103, 110, 34, 58, 56, 44, 34, 102,
    105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 98, 108, 111, 99,
    107, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 54, 52, 95,
    116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122, 101, 34, 58,
    56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110,
    116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34,
    83, 116, 111, 112, 32, 98, 121, 32, 105, 116, 115, 101, 108, 102, 32, 97, 102, 116, 101, 114,
    32, 115, 111, 32, 109, 97, 110, 121, 32, 98, 108, 111, 99, 107, 115, 32, 111, 102, 32, 101, 97,
    99, 104, 32, 99, 104, 97, 110, 110, 101, 108, 59, 32, 48, 58, 32, 110, 101, 118, 101, 114, 46,
    34, 125, 93, 44, 34, 100, 111, 99, 34, 58, 34, 66, 101, 103, 105, 110, 115, 32, 116, 111, 32,
    112, 117, 98, 108, 105, 115, 104, 32, 98, 108, 111, 99, 107, 115, 46, 34, 125, 44, 34, 115, 116,
    111, 112, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116,
    32, 115, 116, 111, 112, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116,
    34, 44, 34, 115, 105, 122, 101, 34, 58, 49, 44, 34, 97, 108, 105, 103, 110, 34, 58, 49, 44, 34,
    102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 114, 101, 115,
    101, 116, 95, 116, 105, 109, 101, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 95, 66,
    111, 111, 108, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122, 101,
    34, 58, 49, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 98,
    111, 111, 108, 34, 44, 34, 110, 112, 34, 58, 34, 124, 98, 49, 34, 125, 44, 34, 100, 111, 99, 34,
    58, 34, 67, 111, 117, 110, 116, 32, 115, 97, 109, 112, 108, 101, 115, 32, 102, 114, 111, 109,
    32, 122, 101, 114, 111, 32, 97, 103, 97, 105, 110, 46, 34, 125, 93, 44, 34, 100, 111, 99, 34,
    58, 34, 83, 116, 111, 112, 115, 32, 112, 117, 98, 108, 105, 115, 104, 105, 110, 103, 32, 98,
    108, 111, 99, 107, 115, 46, 34, 125, 44, 34, 115, 101, 108, 102, 95, 116, 101, 115, 116, 34, 58,
    123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32, 115, 101, 108,
    102, 95, 116, 101, 115, 116, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99,
    116, 34, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 97, 108, 105, 103, 110, 34, 58, 52, 44,
    34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 99, 104,
    97, 110, 110, 101, 108, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116,
    51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122,
    101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34,
    117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111,
    99, 34, 58, 34, 87, 104, 105, 99, 104, 32, 99, 104, 97, 110, 110, 101, 108, 46, 34, 44, 34, 114,
    97, 110, 103, 101, 34, 58, 91, 48, 44, 49, 93, 44, 34, 100, 101, 102, 97, 117, 108, 116, 34, 58,
    48, 125, 93, 44, 34, 100, 111, 99, 34, 58, 34, 77, 101, 97, 115, 117, 114, 101, 115, 32, 111,
    110, 101, 32, 99, 104, 97, 110, 110, 101, 108, 59, 32, 102, 97, 105, 108, 115, 32, 119, 104,
    101, 110, 32, 116, 104, 101, 32, 115, 105, 103, 110, 97, 108, 32, 99, 108, 105, 112, 115, 32,
    97, 116, 32, 49, 48, 32, 86, 46, 34, 125, 44, 34, 115, 101, 116, 95, 97, 99, 113, 117, 105, 115,
    105, 116, 105, 111, 110, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114,
    117, 99, 116, 32, 115, 101, 116, 95, 97, 99, 113, 117, 105, 115, 105, 116, 105, 111, 110, 34,
    44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122,
    101, 34, 58, 50, 52, 44, 34, 97, 108, 105, 103, 110, 34, 58, 56, 44, 34, 102, 105, 101, 108,
    100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 115, 97, 109, 112, 108, 101, 95,
    114, 97, 116, 101, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 100, 111, 117, 98, 108,
    101, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122, 101, 34, 58,
    56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111,
    97, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58,
    34, 79, 102, 32, 101, 97, 99, 104, 32, 99, 104, 97, 110, 110, 101, 108, 46, 34, 44, 34, 117,
    110, 105, 116, 34, 58, 34, 72, 122, 34, 44, 34, 114, 97, 110, 103, 101, 34, 58, 91, 49, 48, 48,
    48, 46, 48, 44, 49, 48, 48, 48, 48, 48, 48, 48, 46, 48, 93, 44, 34, 100, 101, 102, 97, 117, 108,
    116, 34, 58, 54, 49, 52, 52, 48, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 108, 101, 118,
    101, 108, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 100, 111, 117, 98, 108, 101, 34,
    44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44,
    34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116,
    34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 84,
    114, 105, 103, 103, 101, 114, 32, 108, 101, 118, 101, 108, 46, 34, 44, 34, 117, 110, 105, 116,
    34, 58, 34, 86, 34, 44, 34, 114, 97, 110, 103, 101, 34, 58, 91, 45, 49, 48, 44, 49, 48, 93, 44,
    34, 100, 101, 102, 97, 117, 108, 116, 34, 58, 48, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58,
    34, 116, 114, 105, 103, 103, 101, 114, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 101,
    110, 117, 109, 32, 116, 114, 105, 103, 103, 101, 114, 95, 109, 111, 100, 101, 34, 44, 34, 111,
    102, 102, 115, 101, 116, 34, 58, 49, 54, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116,
    121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 101, 110, 117, 109, 34, 44, 34,
    110, 112, 34, 58, 34, 60, 117, 52, 34, 44, 34, 101, 110, 117, 109, 34, 58, 34, 116, 114, 105,
    103, 103, 101, 114, 95, 109, 111, 100, 101, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 87, 104,
    97, 116, 32, 98, 101, 103, 105, 110, 115, 32, 97, 32, 98, 108, 111, 99, 107, 46, 34, 44, 34,
    100, 101, 102, 97, 117, 108, 116, 34, 58, 34, 70, 82, 69, 69, 95, 82, 85, 78, 34, 125, 44, 123,
    34, 110, 97, 109, 101, 34, 58, 34, 99, 104, 97, 110, 110, 101, 108, 34, 44, 34, 99, 95, 116,
    121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115,
    101, 116, 34, 58, 50, 48, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101,
    34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34,
    58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 67, 104, 97, 110, 110, 101, 108,
    32, 116, 104, 97, 116, 32, 116, 114, 105, 103, 103, 101, 114, 115, 46, 34, 44, 34, 114, 97, 110,
    103, 101, 34, 58, 91, 48, 44, 49, 93, 44, 34, 100, 101, 102, 97, 117, 108, 116, 34, 58, 48, 125,
    93, 44, 34, 100, 111, 99, 34, 58, 34, 83, 101, 116, 115, 32, 104, 111, 119, 32, 116, 104, 101,
    32, 115, 99, 111, 112, 101, 32, 115, 97, 109, 112, 108, 101, 115, 46, 34, 125, 44, 34, 101, 99,
    104, 111, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116,
    32, 101, 99, 104, 111, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34, 115, 116, 114, 117, 99, 116,
    34, 44, 34, 115, 105, 122, 101, 34, 58, 52, 48, 44, 34, 97, 108, 105, 103, 110, 34, 58, 56, 44,
    34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97, 109, 101, 34, 58, 34, 110, 117,
    109, 98, 101, 114, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 54,
    52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34, 115, 105, 122, 101,
    34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117,
    105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56, 34, 125, 44, 34, 100, 111, 99, 34,
    58, 34, 65, 110, 121, 116, 104, 105, 110, 103, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34,
    58, 34, 118, 97, 108, 117, 101, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 100,
    111, 117, 98, 108, 101, 91, 52, 93, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56, 44,
    34, 115, 105, 122, 101, 34, 58, 51, 50, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105,
    110, 100, 34, 58, 34, 97, 114, 114, 97, 121, 34, 44, 34, 115, 104, 97, 112, 101, 34, 58, 91, 52,
    93, 44, 34, 111, 102, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 102, 108, 111, 97, 116,
    34, 44, 34, 110, 112, 34, 58, 34, 60, 102, 56, 34, 125, 125, 44, 34, 100, 111, 99, 34, 58, 34,
    65, 110, 121, 116, 104, 105, 110, 103, 46, 34, 125, 93, 44, 34, 100, 111, 99, 34, 58, 34, 67,
    111, 109, 101, 115, 32, 98, 97, 99, 107, 32, 97, 115, 32, 105, 116, 32, 105, 115, 58, 32, 102,
    111, 114, 32, 109, 101, 97, 115, 117, 114, 105, 110, 103, 32, 116, 104, 101, 32, 114, 111, 117,
    110, 100, 32, 116, 114, 105, 112, 46, 34, 125, 44, 34, 119, 97, 110, 116, 101, 100, 95, 116,
    105, 108, 101, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99,
    116, 32, 119, 97, 110, 116, 101, 100, 95, 116, 105, 108, 101, 34, 44, 34, 107, 105, 110, 100,
    34, 58, 34, 115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122, 101, 34, 58, 49, 50, 44, 34,
    97, 108, 105, 103, 110, 34, 58, 52, 44, 34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34,
    110, 97, 109, 101, 34, 58, 34, 120, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117,
    105, 110, 116, 51, 50, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48, 44, 34,
    115, 105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100,
    34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34,
    100, 111, 99, 34, 58, 34, 76, 101, 102, 116, 32, 101, 100, 103, 101, 32, 105, 110, 32, 105, 116,
    115, 32, 108, 101, 118, 101, 108, 44, 32, 97, 32, 109, 117, 108, 116, 105, 112, 108, 101, 32,
    111, 102, 32, 116, 104, 101, 32, 116, 105, 108, 101, 39, 115, 32, 115, 105, 122, 101, 46, 34,
    44, 34, 116, 105, 108, 101, 34, 58, 34, 120, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58,
    34, 121, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95,
    116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 52, 44, 34, 115, 105, 122, 101, 34, 58,
    52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110,
    116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34,
    84, 111, 112, 32, 101, 100, 103, 101, 46, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 121, 34,
    125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 108, 101, 118, 101, 108, 34, 44, 34, 99, 95,
    116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 49, 54, 95, 116, 34, 44, 34, 111, 102, 102,
    115, 101, 116, 34, 58, 56, 44, 34, 115, 105, 122, 101, 34, 58, 50, 44, 34, 116, 121, 112, 101,
    34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34,
    58, 34, 60, 117, 50, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 79, 102, 32, 116, 104, 101, 32,
    112, 121, 114, 97, 109, 105, 100, 46, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 108, 101, 118,
    101, 108, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 104, 97, 118, 101, 34, 44, 34,
    99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 49, 54, 95, 116, 34, 44, 34, 111,
    102, 102, 115, 101, 116, 34, 58, 49, 48, 44, 34, 115, 105, 122, 101, 34, 58, 50, 44, 34, 116,
    121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34,
    110, 112, 34, 58, 34, 60, 117, 50, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 49, 58, 32, 105,
    116, 115, 32, 112, 105, 120, 101, 108, 115, 32, 99, 97, 109, 101, 32, 97, 108, 114, 101, 97,
    100, 121, 59, 32, 116, 104, 101, 32, 105, 109, 97, 103, 101, 32, 109, 111, 118, 101, 115, 44,
    32, 115, 111, 32, 116, 104, 101, 121, 32, 99, 111, 109, 101, 32, 97, 110, 121, 119, 97, 121, 46,
    34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 104, 97, 118, 101, 34, 125, 93, 44, 34, 100, 111,
    99, 34, 58, 34, 65, 32, 116, 105, 108, 101, 32, 116, 104, 97, 116, 32, 115, 111, 109, 101, 98,
    111, 100, 121, 32, 119, 97, 110, 116, 115, 46, 34, 125, 44, 34, 119, 97, 110, 116, 95, 116, 105,
    108, 101, 115, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99,
    116, 32, 119, 97, 110, 116, 95, 116, 105, 108, 101, 115, 34, 44, 34, 107, 105, 110, 100, 34, 58,
    34, 115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122, 101, 34, 58, 49, 54, 44, 34, 97,
    108, 105, 103, 110, 34, 58, 56, 44, 34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110,
    97, 109, 101, 34, 58, 34, 118, 105, 101, 119, 101, 114, 34, 44, 34, 99, 95, 116, 121, 112, 101,
    34, 58, 34, 117, 105, 110, 116, 54, 52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34,
    58, 48, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34,
    107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117,
    56, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 65, 110, 121, 32, 110, 117, 109, 98, 101, 114,
    32, 116, 104, 97, 116, 32, 110, 111, 32, 111, 116, 104, 101, 114, 32, 118, 105, 101, 119, 101,
    114, 32, 104, 97, 115, 46, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 118, 105, 101, 119, 101,
    114, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 102, 111, 114, 109, 97, 116, 34, 44,
    34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 101, 110, 117, 109, 32, 112, 105, 120, 101, 108, 95,
    102, 111, 114, 109, 97, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56, 44, 34, 115,
    105, 122, 101, 34, 58, 52, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34,
    58, 34, 101, 110, 117, 109, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 44, 34, 101, 110,
    117, 109, 34, 58, 34, 112, 105, 120, 101, 108, 95, 102, 111, 114, 109, 97, 116, 34, 125, 44, 34,
    100, 111, 99, 34, 58, 34, 87, 104, 97, 116, 32, 116, 104, 101, 32, 112, 105, 120, 101, 108, 115,
    32, 97, 114, 101, 32, 116, 111, 32, 98, 101, 46, 34, 44, 34, 100, 101, 102, 97, 117, 108, 116,
    34, 58, 34, 85, 73, 78, 84, 49, 54, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 102, 111, 114,
    109, 97, 116, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 114, 97, 116, 101, 34, 44,
    34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 51, 50, 95, 116, 34, 44, 34,
    111, 102, 102, 115, 101, 116, 34, 58, 49, 50, 44, 34, 115, 105, 122, 101, 34, 58, 52, 44, 34,
    116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44,
    34, 110, 112, 34, 58, 34, 60, 117, 52, 34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 80, 105, 99,
    116, 117, 114, 101, 115, 32, 112, 101, 114, 32, 115, 101, 99, 111, 110, 100, 46, 34, 44, 34,
    114, 97, 110, 103, 101, 34, 58, 91, 49, 44, 54, 48, 93, 44, 34, 100, 101, 102, 97, 117, 108,
    116, 34, 58, 54, 48, 44, 34, 116, 105, 108, 101, 34, 58, 34, 114, 97, 116, 101, 34, 125, 44,
    123, 34, 110, 97, 109, 101, 34, 58, 34, 116, 105, 108, 101, 115, 34, 44, 34, 99, 95, 116, 121,
    112, 101, 34, 58, 34, 115, 116, 114, 117, 99, 116, 32, 119, 97, 110, 116, 101, 100, 95, 116,
    105, 108, 101, 91, 93, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 54, 44, 34, 115,
    105, 122, 101, 34, 58, 48, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34,
    58, 34, 116, 97, 105, 108, 34, 44, 34, 111, 102, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58,
    34, 115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 116, 114, 117, 99, 116, 34, 58, 34, 119, 97,
    110, 116, 101, 100, 95, 116, 105, 108, 101, 34, 125, 44, 34, 115, 116, 114, 105, 100, 101, 34,
    58, 49, 50, 125, 44, 34, 100, 111, 99, 34, 58, 34, 50, 53, 54, 32, 97, 116, 32, 109, 111, 115,
    116, 46, 34, 44, 34, 116, 105, 108, 101, 34, 58, 34, 119, 97, 110, 116, 101, 100, 34, 125, 93,
    44, 34, 100, 111, 99, 34, 58, 34, 65, 115, 107, 115, 32, 102, 111, 114, 32, 116, 105, 108, 101,
    115, 32, 111, 102, 32, 116, 104, 101, 32, 108, 97, 114, 103, 101, 32, 105, 109, 97, 103, 101,
    32, 105, 110, 115, 116, 101, 97, 100, 32, 111, 102, 32, 116, 104, 111, 115, 101, 32, 116, 104,
    97, 116, 32, 116, 104, 105, 115, 32, 118, 105, 101, 119, 101, 114, 32, 97, 115, 107, 101, 100,
    32, 102, 111, 114, 32, 98, 101, 102, 111, 114, 101, 46, 32, 73, 116, 32, 104, 111, 108, 100,
    115, 32, 117, 110, 116, 105, 108, 32, 116, 104, 101, 32, 108, 101, 97, 115, 101, 32, 105, 110,
    32, 116, 104, 101, 32, 97, 110, 115, 119, 101, 114, 32, 105, 115, 32, 111, 118, 101, 114, 58,
    32, 97, 115, 107, 32, 97, 103, 97, 105, 110, 32, 98, 101, 102, 111, 114, 101, 46, 34, 125, 125,
    44, 34, 109, 101, 115, 115, 97, 103, 101, 115, 34, 58, 123, 34, 49, 34, 58, 123, 34, 110, 97,
    109, 101, 34, 58, 34, 115, 99, 111, 112, 101, 95, 98, 108, 111, 99, 107, 34, 44, 34, 116, 121,
    112, 101, 34, 58, 34, 115, 99, 111, 112, 101, 95, 98, 108, 111, 99, 107, 34, 125, 44, 34, 50,
    34, 58, 123, 34, 110, 97, 109, 101, 34, 58, 34, 99, 97, 109, 101, 114, 97, 95, 116, 105, 108,
    101, 34, 44, 34, 116, 121, 112, 101, 34, 58, 34, 99, 97, 109, 101, 114, 97, 95, 116, 105, 108,
    101, 34, 125, 44, 34, 51, 34, 58, 123, 34, 110, 97, 109, 101, 34, 58, 34, 100, 114, 105, 118,
    101, 114, 95, 115, 116, 97, 116, 117, 115, 34, 44, 34, 116, 121, 112, 101, 34, 58, 34, 100, 114,
    105, 118, 101, 114, 95, 115, 116, 97, 116, 117, 115, 34, 125, 44, 34, 52, 34, 58, 123, 34, 110,
    97, 109, 101, 34, 58, 34, 119, 97, 118, 101, 102, 111, 114, 109, 34, 44, 34, 116, 121, 112, 101,
    34, 58, 34, 119, 97, 118, 101, 102, 111, 114, 109, 34, 125, 44, 34, 53, 34, 58, 123, 34, 110,
    97, 109, 101, 34, 58, 34, 115, 101, 108, 102, 95, 116, 101, 115, 116, 95, 114, 101, 115, 117,
    108, 116, 34, 44, 34, 116, 121, 112, 101, 34, 58, 34, 115, 101, 108, 102, 95, 116, 101, 115,
    116, 95, 114, 101, 115, 117, 108, 116, 34, 125, 44, 34, 54, 34, 58, 123, 34, 110, 97, 109, 101,
    34, 58, 34, 97, 99, 113, 117, 105, 115, 105, 116, 105, 111, 110, 34, 44, 34, 116, 121, 112, 101,
    34, 58, 34, 97, 99, 113, 117, 105, 115, 105, 116, 105, 111, 110, 34, 125, 44, 34, 55, 34, 58,
    123, 34, 110, 97, 109, 101, 34, 58, 34, 105, 109, 97, 103, 101, 95, 116, 105, 108, 101, 34, 44,
    34, 116, 121, 112, 101, 34, 58, 34, 105, 109, 97, 103, 101, 95, 116, 105, 108, 101, 34, 125, 44,
    34, 56, 34, 58, 123, 34, 110, 97, 109, 101, 34, 58, 34, 105, 109, 97, 103, 101, 34, 44, 34, 116,
    121, 112, 101, 34, 58, 34, 105, 109, 97, 103, 101, 34, 125, 44, 34, 49, 54, 34, 58, 123, 34,
    110, 97, 109, 101, 34, 58, 34, 115, 101, 116, 95, 119, 97, 118, 101, 102, 111, 114, 109, 34, 44,
    34, 116, 121, 112, 101, 34, 58, 34, 115, 101, 116, 95, 119, 97, 118, 101, 102, 111, 114, 109,
    34, 44, 34, 99, 111, 109, 109, 97, 110, 100, 34, 58, 116, 114, 117, 101, 44, 34, 114, 101, 112,
    108, 121, 34, 58, 34, 119, 97, 118, 101, 102, 111, 114, 109, 34, 125, 44, 34, 49, 55, 34, 58,
    123, 34, 110, 97, 109, 101, 34, 58, 34, 103, 101, 116, 95, 115, 116, 97, 116, 117, 115, 34, 44,
    34, 116, 121, 112, 101, 34, 58, 34, 103, 101, 116, 95, 115, 116, 97, 116, 117, 115, 34, 44, 34,
    99, 111, 109, 109, 97, 110, 100, 34, 58, 116, 114, 117, 101, 44, 34, 114, 101, 112, 108, 121,
    34, 58, 34, 100, 114, 105, 118, 101, 114, 95, 115, 116, 97, 116, 117, 115, 34, 125, 44, 34, 49,
    56, 34, 58, 123, 34, 110, 97, 109, 101, 34, 58, 34, 115, 116, 97, 114, 116, 34, 44, 34, 116,
    121, 112, 101, 34, 58, 34, 115, 116, 97, 114, 116, 34, 44, 34, 99, 111, 109, 109, 97, 110, 100,
    34, 58, 116, 114, 117, 101, 125, 44, 34, 49, 57, 34, 58, 123, 34, 110, 97, 109, 101, 34, 58, 34,
    115, 116, 111, 112, 34, 44, 34, 116, 121, 112, 101, 34, 58, 34, 115, 116, 111, 112, 34, 44, 34,
    99, 111, 109, 109, 97, 110, 100, 34, 58, 116, 114, 117, 101, 125, 44, 34, 50, 48, 34, 58, 123,
    34, 110, 97, 109, 101, 34, 58, 34, 115, 101, 108, 102, 95, 116, 101, 115, 116, 34, 44, 34, 116,
    121, 112, 101, 34, 58, 34, 115, 101, 108, 102, 95, 116, 101, 115, 116, 34, 44, 34, 99, 111, 109,
    109, 97, 110, 100, 34, 58, 116, 114, 117, 101, 44, 34, 114, 101, 112, 108, 121, 34, 58, 34, 115,
    101, 108, 102, 95, 116, 101, 115, 116, 95, 114, 101, 115, 117, 108, 116, 34, 125, 44, 34, 50,
    49, 34, 58, 123, 34, 110, 97, 109, 101, 34, 58, 34, 115, 101, 116, 95, 97, 99, 113, 117, 105,
    115, 105, 116, 105, 111, 110, 34, 44, 34, 116, 121, 112, 101, 34, 58, 34, 115, 101, 116, 95, 97,
    99, 113, 117, 105, 115, 105, 116, 105, 111, 110, 34, 44, 34, 99, 111, 109, 109, 97, 110, 100,
    34, 58, 116, 114, 117, 101, 44, 34, 114, 101, 112, 108, 121, 34, 58, 34, 97, 99, 113, 117, 105,
    115, 105, 116, 105, 111, 110, 34, 125, 44, 34, 50, 50, 34, 58, 123, 34, 110, 97, 109, 101, 34,
    58, 34, 101, 99, 104, 111, 34, 44, 34, 116, 121, 112, 101, 34, 58, 34, 101, 99, 104, 111, 34,
    44, 34, 99, 111, 109, 109, 97, 110, 100, 34, 58, 116, 114, 117, 101, 44, 34, 114, 101, 112, 108,
    121, 34, 58, 34, 101, 99, 104, 111, 34, 125, 44, 34, 50, 51, 34, 58, 123, 34, 110, 97, 109, 101,
    34, 58, 34, 119, 97, 110, 116, 95, 116, 105, 108, 101, 115, 34, 44, 34, 116, 121, 112, 101, 34,
    58, 34, 119, 97, 110, 116, 95, 116, 105, 108, 101, 115, 34, 44, 34, 99, 111, 109, 109, 97, 110,
    100, 34, 58, 116, 114, 117, 101, 44, 34, 114, 101, 112, 108, 121, 34, 58, 34, 105, 109, 97, 103,
    101, 34, 125, 125, 125,
#endif
};

static const cwire_message messages_schema_messages[] = {
    /* id, reply, command, size, tail_size, name */
    {1, 0, 0, 4120, 0, "scope_block"},
    {2, 0, 0, 16, 2, "camera_tile"},
    {3, 0, 0, 160, 0, "driver_status"},
    {4, 0, 0, 32, 0, "waveform"},
    {5, 0, 0, 64, 0, "self_test_result"},
    {6, 0, 0, 24, 0, "acquisition"},
    {7, 0, 0, 24, 1, "image_tile"},
    {8, 0, 0, 24, 0, "image"},
    {16, 4, 1, 32, 0, "set_waveform"},
    {17, 3, 1, 1, 0, "get_status"},
    {18, 0, 1, 8, 0, "start"},
    {19, 0, 1, 1, 0, "stop"},
    {20, 5, 1, 4, 0, "self_test"},
    {21, 6, 1, 24, 0, "set_acquisition"},
    {22, 22, 1, 40, 0, "echo"},
    {23, 8, 1, 16, 12, "want_tiles"},
};

static const cwire_schema messages_schema = {
    "messages", messages_schema_json, sizeof messages_schema_json, messages_schema_messages, 16
};

#endif
