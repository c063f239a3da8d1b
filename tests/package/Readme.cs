using System.Text.RegularExpressions;

namespace MmapIo.PackageTests;

/// <summary>What the README tells a stranger to do.</summary>
internal static partial class Readme
{
    private const string PackagesFolder = "../mmapio/artifacts/packages";

    private static readonly string s_text = File.ReadAllText(Checkout.At("README.md")).ReplaceLineEndings("\n");

    /// <summary>The first example, a whole program.</summary>
    public static string FirstExample => Example().Match(s_text).Groups[1].Value;

    /// <summary>A dotnet command that names the folder of the packages, with the folder that is under test.</summary>
    /// <returns>Its arguments.</returns>
    public static string[] CommandThat(string starts)
    {
        string line = s_text.Split('\n').Single(line =>
            line.StartsWith($"dotnet {starts} ", StringComparison.Ordinal)
            && line.EndsWith($" {PackagesFolder}", StringComparison.Ordinal));
        return [.. line.Split(' ')[1..^1], PackageUnderTest.Feed];
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
