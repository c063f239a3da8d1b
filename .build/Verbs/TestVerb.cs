using System.CommandLine;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class TestVerb
{
    public static Command Create()
    {
        var packages = new Option<DirectoryInfo>("--packages")
        {
            Description = "Only consume the packages in this folder, wherever they were made.",
        };
        var verb = new Command("test", "Build everything, then run the C, .NET and package tests.") { packages };
        verb.SetAction(async parsed =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            var session = new TestSession();
            await (parsed.GetValue(packages) is { } given
                ? TestSuite.ConsumeAsync(session, given.FullName) : TestSuite.RunAsync(session));
            return session.Finish();
        });
        return verb;
    }
}
