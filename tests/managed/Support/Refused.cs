namespace MmapIo.Tests;

/// <summary>Calls refused for one of their arguments.</summary>
internal static class Refused
{
    /// <summary>Asserts that the call is refused, and that the exception names that argument.</summary>
    public static ArgumentException Naming(string argument, Action call)
    {
        ArgumentException refused = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Equal(argument, refused.ParamName);
        return refused;
    }
}
