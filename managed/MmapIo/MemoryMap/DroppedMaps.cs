namespace MmapIo;

/// <summary>Maps that were dropped without being disposed have their mappings, and handles, until the garbage collector
/// finds them. It is not told how few of those there are.</summary>
internal static class DroppedMaps
{
    /// <summary>Where a call failed at a limit that dropped maps may have used up, has them found. Then it is worth
    /// trying once more.</summary>
    /// <returns>Was there such a limit?</returns>
    public static bool WereInTheWay(int status)
    {
        if ((MapStatus)status is not (MapStatus.LimitReached or MapStatus.OutOfMemory))
        {
            return false;
        }
        Collect();
        return true;
    }

    public static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
