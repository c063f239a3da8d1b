using System.CommandLine;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class PackVerb
{
    public static Command Create()
    {
        var verb = new Command("pack", "Build the NuGet package into artifacts/packages.");
        verb.SetAction(async _ =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            await TestSuite.BuildHostNativeAsync();
            await Managed.BuildAsync(Managed.ProjectFile("managed", "MmapIo"));
            await Managed.PackAsync();
        });
        return verb;
    }
}
