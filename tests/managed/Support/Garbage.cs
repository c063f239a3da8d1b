namespace MmapIo.Tests;

/// <summary>What the garbage collector can find, it has found.</summary>
internal static class Garbage
{
    private const int Rounds = 10;

    public static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    /// <summary>
    /// An object may stay reachable for some rounds: by a finalizer's queue, or the stack of a thread that ends.
    /// </summary>
    public static void CollectUntil(Func<bool> isGone)
    {
        for (int round = 0; round < Rounds && !isGone(); round++)
        {
            Collect();
        }
    }
}
