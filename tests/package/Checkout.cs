using System.Reflection;

namespace MmapIo.PackageTests;

/// <summary>What the tests have to know of the checkout they were built in.</summary>
internal static class Checkout
{
    /// <summary>The RIDs that a release has a library for.</summary>
    public static string[] Rids { get; } = Metadata("MmapIoRids").Split(';');

    /// <summary>The RID of this machine.</summary>
    public static string HostRid { get; } = Metadata("MmapIoHostRid");

    /// <summary>A path inside it.</summary>
    public static string At(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>What the library of a RID is called.</summary>
    public static string LibraryOf(string rid) =>
        rid.StartsWith("win-", StringComparison.Ordinal) ? "libmmapio.dll"
        : rid.StartsWith("osx-", StringComparison.Ordinal) ? "libmmapio.dylib"
        : "libmmapio.so";

    private static string Root { get; } = Metadata("MmapIoRoot");

    private static string Metadata(string key) => typeof(Checkout).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == key).Value!;
}
