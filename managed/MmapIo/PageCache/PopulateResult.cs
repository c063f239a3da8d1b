namespace MmapIo;

/// <summary>What <see cref="MemoryMap.PopulateAsync"/> has done.</summary>
/// <param name="Bytes">Bytes that are in this process now.</param>
/// <param name="Elapsed">How long that took.</param>
public readonly record struct PopulateResult(long Bytes, TimeSpan Elapsed)
{
    /// <summary>Bytes in a second; 0 if there were none.</summary>
    public double BytesPerSecond => Bytes == 0 ? 0 : Bytes / Math.Max(Elapsed.TotalSeconds, 1e-9);
}
