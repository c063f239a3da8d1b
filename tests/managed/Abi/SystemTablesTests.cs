using System.Globalization;
using System.Text.RegularExpressions;

namespace MmapIo.Tests;

/// <summary>
/// The tables of native/README.md, which tell what each system makes of each advice, sync and feature, against what
/// the library says of the system that runs this.
/// </summary>
public sealed unsafe partial class SystemTablesTests
{
    private static readonly NativeCaps s_caps = Ask();

    public static TheoryData<string> Names(string prefix) =>
        [.. Constants(prefix).Keys.Where(name => name is not "MMAPIO_MADV_ALLOW_LOSS")];

    [Theory]
    [MemberData(nameof(Names), "MMAPIO_MADV_")]
    public void Advice_does_what_the_table_says(string name)
    {
        ulong bit = 1UL << Constants("MMAPIO_MADV_")[name];
        AssertSame(name, s_caps.AdviceApplied & bit, s_caps.AdviceApproximated & bit, ["applied", "approximated", "ignored"]);
    }

    [Theory]
    [MemberData(nameof(Names), "MMAPIO_FADV_")]
    public void Advice_on_files_does_what_the_table_says(string name)
    {
        uint bit = 1u << Constants("MMAPIO_FADV_")[name];
        AssertSame(
            name, s_caps.FileAdviceApplied & bit, s_caps.FileAdviceApproximated & bit,
            ["applied", "approximated", "ignored"]);
    }

    [Theory]
    [MemberData(nameof(Names), "MMAPIO_MS_")]
    public void A_sync_does_what_the_table_says(string name)
    {
        uint bit = (uint)Constants("MMAPIO_MS_")[name];
        AssertSame(name, s_caps.SyncApplied & bit, s_caps.SyncApproximated & bit, ["applied", "approximated", "refused"]);
    }

    [Theory]
    [MemberData(nameof(Names), "MMAPIO_FEATURE_")]
    public void A_feature_is_had_where_the_table_says(string name) =>
        AssertSame(name, s_caps.Features & (uint)Constants("MMAPIO_FEATURE_")[name], 0, ["yes", "", "no"]);

    [Fact]
    public void Every_call_that_is_exported_is_in_the_table_of_calls()
    {
        string[] told = [.. Rows("").Where(row => row[0].StartsWith("`mmapio_", StringComparison.Ordinal))
            .SelectMany(row => Spelled().Matches(row[0])).Select(match => match.Groups[1].Value)];
        Assert.Equal(NativeExports.Ledger.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    private static void AssertSame(string name, ulong does, ulong nearly, string[] words)
    {
        string cell = Cell(name);
        string told = cell.Split(' ', ',', ':', ';')[0];
        Assert.Contains(told, words);
        bool mayBeMissing = cell.Contains("CONFIG_", StringComparison.Ordinal) || Since().Match(cell) is { Success: true } since
            && Environment.OSVersion.Version < Version.Parse(since.Groups[1].Value);
        string[] expected = mayBeMissing ? [told, words[^1]] : [told];
        Assert.Contains(does != 0 ? words[0] : nearly != 0 ? words[1] : words[^1], expected);
    }

    /// <summary>What the table says of this system, in the one row that names the constant.</summary>
    private static string Cell(string name)
    {
        int column = OperatingSystem.IsWindows() ? 3 : OperatingSystem.IsMacOS() ? 2 : 1;
        string prefix = name[..(name.IndexOf('_', "MMAPIO_".Length) + 1)];
        string rest = $"`{name[prefix.Length..]}`";
        return Assert.Single(Rows(prefix), row => row[0].Split(", ").Contains(rest))[column];
    }

    /// <summary>The rows of the table whose first column is headed by the prefix; of all tables for none.</summary>
    private static IEnumerable<string[]> Rows(string prefix)
    {
        bool inside = false;
        foreach (string line in NativeExports.Embedded("native-README.md").Split('\n'))
        {
            string[] cells = [.. line.Trim('|').Split('|').Select(cell => cell.Trim())];
            inside = line.StartsWith('|') && (inside || prefix.Length == 0 || cells[0] == $"`{prefix}`");
            if (inside && cells.Length == 4)
            {
                yield return cells;
            }
        }
    }

    /// <summary>The constants of the header whose names begin so.</summary>
    private static Dictionary<string, int> Constants(string prefix) => Constant()
        .Matches(NativeExports.Embedded("mmapio.h"))
        .Where(match => match.Groups[1].Value.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(match => match.Groups[1].Value, match => Number(match.Groups[2].Value));

    private static int Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? int.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : int.Parse(text, CultureInfo.InvariantCulture);

    private static NativeCaps Ask()
    {
        NativeCaps caps = new() { StructSize = (uint)sizeof(NativeCaps) };
        Assert.Equal(0, Interop.mmapio_caps_get(&caps));
        return caps;
    }

    [GeneratedRegex(@"^ *(MMAPIO_\w+) = (0x[0-9a-fA-F]+|\d+)", RegexOptions.Multiline)]
    private static partial Regex Constant();

    [GeneratedRegex(@"since (\d+\.\d+)")]
    private static partial Regex Since();

    [GeneratedRegex("`(mmapio_[a-z_]+)`")]
    private static partial Regex Spelled();
}
