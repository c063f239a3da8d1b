namespace MmapIo;

/// <summary>What became of an advice. Hints report their outcome; they do not throw for being ignored.</summary>
public enum AdviceOutcome
{
    /// <summary>This system has nothing like it, or not for this kind of map.</summary>
    Ignored = 0,

    /// <summary>The nearest thing this system has was done.</summary>
    Approximated = 1,

    /// <summary>The operating system accepted it as it is.</summary>
    Applied = 2,
}
