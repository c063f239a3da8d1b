namespace MmapIo.Tool.Files;

/// <summary>A part of a file, a whole number of pages long (but for the last page of the file).</summary>
/// <param name="Offset">Its first byte in the file.</param>
/// <param name="Pages">How many pages it has.</param>
/// <param name="ResidentPages">How many of them are in memory.</param>
internal readonly record struct ResidencySlice(long Offset, long Pages, long ResidentPages);
