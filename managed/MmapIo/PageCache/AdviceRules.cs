namespace MmapIo;

/// <summary>Which advice there is, and which of it loses what was written. The native library holds to the same.</summary>
internal static class AdviceRules
{
    public static bool IsKnown(int advice) => advice is >= 0 and <= 4 or >= 8 and <= 25;

    public static void Check(MapAdvice advice, string name)
    {
        if (!IsKnown((int)advice))
        {
            throw new ArgumentOutOfRangeException(name, advice, "Not an advice.");
        }
    }

    public static void Check(FileAdvice advice, string name)
    {
        if (advice is < FileAdvice.Normal or > FileAdvice.NoReuse)
        {
            throw new ArgumentOutOfRangeException(name, advice, "Not an advice.");
        }
    }

    public static bool Destroys(MapAdvice advice, bool isPrivate) => advice switch
    {
        MapAdvice.Free or MapAdvice.Remove => true,
        MapAdvice.DontNeed or MapAdvice.DontNeedLocked => isPrivate,
        _ => false,
    };
}
