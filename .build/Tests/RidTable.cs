using System.Globalization;
using MmapIo.Build.Natives;

namespace MmapIo.Build.Tests;

/// <summary>One line for each RID: how large its library is, what was checked, and what ran, where and how.</summary>
internal static class RidTable
{
    /// <summary>Nothing, unless some of the reports are about RIDs.</summary>
    public static IEnumerable<string> Lines(IReadOnlyCollection<TestReport> reports)
    {
        if (!reports.Any(report => report.Rid is not null))
        {
            yield break;
        }

        const string Format = "{0,-17} {1,8} {2,7}  {3}";
        yield return string.Format(CultureInfo.InvariantCulture, Format, "RID", "library", "checks", "run");
        foreach (Target target in Target.All)
        {
            TestReport[] own = [.. reports.Where(report => report.Rid == target.Rid)];
            TestReport[] runs = [.. own.Where(report => report.What is not null)];
            yield return string.Format(
                CultureInfo.InvariantCulture, Format, target, Size(target), Checks(own.Except(runs)), Runs(runs));
        }
    }

    private static string Size(Target target)
    {
        var library = new FileInfo(Path.Combine(target.Folder, target.Library));
        return library.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"{library.Length / 1024.0:0.0} KiB") : "none";
    }

    private static string Checks(IEnumerable<TestReport> reports)
    {
        TestReport[] all = [.. reports];
        return all.Length == 0 ? "none" : $"{all.Sum(each => each.Passed)} of {all.Sum(each => each.Executed)}";
    }

    private static string Runs(TestReport[] reports) => reports.Length == 0 ? "none" : string.Join(
        "; ",
        reports.Select(each => $"{each.What}, {each.How}: " + (each.Executed == 0
            ? each.Skipped[0].Text
            : $"{each.Passed} passed, {each.Failed.Count} failed, {each.Skipped.Count} skipped")));
}
