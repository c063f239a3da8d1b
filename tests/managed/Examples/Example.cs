using System.Text.RegularExpressions;

namespace MmapIo.Tests;

/// <summary>
/// A block of C# in the README or the guide: all of a Program.cs, with what it prints in comments. An ellipsis there
/// stands for a word that depends on the machine.
/// </summary>
/// <param name="Place">The heading it stands under, and its number if it is not the first there.</param>
/// <param name="Source">The program.</param>
internal sealed partial record Example(string Place, string Source)
{
    /// <summary>A pattern for each line that it prints.</summary>
    public string[] Prints =>
    [
        .. Comment().Matches(Source)
            .Select(match => $"^{Regex.Escape(match.Groups[1].Value).Replace("…", @"\S+", StringComparison.Ordinal)}$"),
    ];

    /// <summary>All of a document, as they stand there.</summary>
    public static Example[] In(string document) =>
    [
        .. from section in NativeExports.Embedded(document).Split("\n## ").SelectMany(part => part.Split("\n### "))
           let heading = section.Split('\n')[0]
           from example in Block().Matches(section).Select((block, index) => (block, Number: index + 1))
           select new Example(
               example.Number == 1 ? heading : $"{heading} {example.Number}", example.block.Groups[1].Value),
    ];

    [GeneratedRegex(@"^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^ *// prints: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
